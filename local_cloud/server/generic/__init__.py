"""Check, diff, outputs and names of every resource type, derived from the SDK's types and the type's declarations."""
