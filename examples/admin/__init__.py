"""
A small admin console: a static page that knows where the API is.

Start it with `python -m examples.admin`.
"""
