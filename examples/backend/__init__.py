"""
A small backend: what an app on this platform looks like.

It reads its settings through `app_config`, uses the database and the bucket, and says of each whether it works. Start it with
`python -m examples.backend`.
"""
