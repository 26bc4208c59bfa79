"""DNS of a Cloudflare zone."""
