"""What test runs get of the running cloud, each for itself, and lose when they end."""
