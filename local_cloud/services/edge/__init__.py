"""Cloudflare's edge: TLS, rules, Access."""
