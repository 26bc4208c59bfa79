"""Containers as processes: what is started, with which environment, and how it is watched."""
