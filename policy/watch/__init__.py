"""What tells the operators."""
