"""
S3 buckets in the place of Cloudflare R2, served by versitygw.

`storage` is the way in. What is a Cloudflare resource and what a Pulumi input looks like is not known here.
"""
