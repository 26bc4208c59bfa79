"""Small programs as plans: those that the clouds take, and those that they refuse as a whole."""
