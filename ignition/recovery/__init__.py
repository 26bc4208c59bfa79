"""What a stack needs when its state is lost."""
