"""The sections of the configuration, by subject. A default stands here and nowhere else."""
