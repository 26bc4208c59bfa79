"""The parts of the platform, one component a file; what they are called and how they are put together is decided above."""
