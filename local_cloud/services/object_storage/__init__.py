"""R2 buckets and the tokens for them."""
