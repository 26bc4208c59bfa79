"""
PostgreSQL 17 in the place of Azure's flexible servers.

`servers` is the way in. What is an Azure resource and what a Pulumi input looks like is not known here.
"""
