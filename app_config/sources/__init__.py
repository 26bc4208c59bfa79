"""Where values come from: one file a source, all of them optional."""
