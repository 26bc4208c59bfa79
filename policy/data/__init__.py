"""What cannot be made again."""
