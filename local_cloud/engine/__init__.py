"""Finding or building the Pulumi CLI and the other binaries, and the environment that attaches an engine."""
