"""The settings contract in other languages: generated text, from the settings classes and nothing else."""
