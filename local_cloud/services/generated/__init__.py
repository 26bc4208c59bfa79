"""Values that providers without a service make: random values, keys and signing requests, pauses."""
