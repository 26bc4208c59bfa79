"""The zone at Cloudflare."""
