"""What has to exist before the platform's stacks can be deployed: state, keys, identities, roles and tokens."""
