"""The provider packages that Pulumi knows: what all types of one have in common, and which are registered."""
