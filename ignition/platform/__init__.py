"""The platform of this machine: start it, change it, look at it, stop it."""
