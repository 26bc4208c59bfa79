"""Container apps and jobs."""
