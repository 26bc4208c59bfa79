"""Resource groups and the locks over them."""
