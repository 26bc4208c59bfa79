"""The settings of the backend: one contract, several sources, one error that names every problem."""
