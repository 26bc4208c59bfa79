"""Resource types, one file each, named after the token."""
