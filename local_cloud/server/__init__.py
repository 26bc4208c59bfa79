"""
The gRPC ResourceProvider servers and what they derive from the installed SDKs.

Resource types, their rules and the real parts are in `local_cloud.services`, one package a service.
"""
