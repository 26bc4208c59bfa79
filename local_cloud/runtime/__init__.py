"""
The real parts: processes and servers with synchronous, thread-safe Python APIs.

They know nothing of Pulumi; the resource types in `local_cloud.packages.azure_native.package` and `local_cloud.packages.cloudflare.package` drive them.
"""
