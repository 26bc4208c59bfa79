"""Virtual networks, subnets, private endpoints and zones."""
