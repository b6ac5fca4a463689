"""What file formats share: written whole, read with distrust."""
