"""The program: the whole platform of the Ignition backend, declared."""
