"""cloudflare: ids, and rules on properties that most types have."""
