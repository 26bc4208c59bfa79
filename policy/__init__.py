"""
The policy pack: what is unwise on this platform, though the clouds take it.

One rule a file, by subject. Knows `pulumi` and `pulumi_policy` and nothing else of this repository, so that any host can run it.
"""
