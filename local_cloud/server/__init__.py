"""
The gRPC ResourceProvider servers and what they derive from the installed SDKs.

Types live in one folder a cloud (`azure`, `cloudflare`, ...); real parts live in `backends`.
"""
