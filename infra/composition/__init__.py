"""
How the components are put together: from the configuration to each one's arguments, and from one's outputs to the next.

Components know nothing of the configuration and of each other; this is the only place that knows both.
"""
