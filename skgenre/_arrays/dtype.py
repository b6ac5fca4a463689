"""The type of all numbers that networks take, hold and give."""

DTYPE: str = "float32"
