"""Whether a deployed stack does what it promises, proved from outside with ordinary clients."""
