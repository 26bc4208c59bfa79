"""One check a file; the table of all is in `ignition.preflight.table`."""
