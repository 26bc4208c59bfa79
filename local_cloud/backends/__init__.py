"""
The real parts: processes and servers with synchronous, thread-safe Python APIs.

They know nothing of Pulumi; the resource types in `local_cloud.azure` and `local_cloud.cloudflare` drive them.
"""
