"""Rules on registries and what pulls from them, shared and over the plan."""
