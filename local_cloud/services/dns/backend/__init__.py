"""
The name server: authoritative for the zones of the local cloud, over UDP and TCP.

Records are kept by whoever declares them; here they are only answered for.
"""

from local_cloud.services.dns.backend.server import DnsServer
from local_cloud.services.dns.backend.zones import Record, Zones

__all__ = ["DnsServer", "Record", "Zones"]
