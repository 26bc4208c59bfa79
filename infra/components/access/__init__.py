"""Who may do what: identities, roles, sign-in."""
