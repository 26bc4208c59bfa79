"""What can be reached from where."""
