"""Arrays of excerpts: checked, finite, chunked, weighed for training."""
