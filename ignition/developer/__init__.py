"""What a backend developer does with the running platform."""
