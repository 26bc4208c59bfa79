"""
The programs the local cloud runs: Pulumi, versitygw, Caddy and PostgreSQL, pinned, found, built or fetched.

One small file a program says where it may come from; `binaries` does the finding. Nothing here starts a part.
"""
