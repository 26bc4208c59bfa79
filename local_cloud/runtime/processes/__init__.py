"""Supervised processes: started until they answer, restarted when they crash, stopped, taken over."""
