"""What the daemon does from time to time while nobody asks."""
