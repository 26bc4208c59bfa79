"""One folder a service of the clouds: resource types, shared rules, and the real part, which knows nothing of Pulumi."""
