"""The daemon's HTTP endpoint for the command line and the console, and the command line's client of it."""
