"""The rules over several keys, and the facts about Azure and Cloudflare that they check. Pure functions: no engine, no components."""
