"""Servers and sockets on loopback: which ports, who is on the other end, and what trouble they play."""
