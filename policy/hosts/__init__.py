"""Names that browsers and sign-in providers trust."""
