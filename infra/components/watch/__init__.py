"""What is logged, and whom alerts reach."""
