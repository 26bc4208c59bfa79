"""
What real parts are made of: processes, servers, ports, certificates and files, with synchronous, thread-safe Python APIs.

Knows nothing of Pulumi. The services build their parts on it.
"""
