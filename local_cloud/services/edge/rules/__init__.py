"""Rules that several resource types share."""
