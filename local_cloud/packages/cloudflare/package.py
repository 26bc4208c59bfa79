"""cloudflare: one file a resource type, named after its token. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, ZONE_ID
from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import BridgedTypesOnly
from local_cloud.services.dns.types.dns_record import DnsRecord
from local_cloud.services.dns.types.zone_dnssec import ZoneDnssec
from local_cloud.services.edge.types.certificate_pack import CertificatePack
from local_cloud.services.edge.types.origin_ca_certificate import OriginCaCertificate
from local_cloud.services.edge.types.ruleset import Ruleset
from local_cloud.services.edge.types.total_tls import TotalTls
from local_cloud.services.edge.types.universal_ssl_setting import UniversalSslSetting
from local_cloud.services.edge.types.url_normalization_settings import UrlNormalizationSettings
from local_cloud.services.edge.types.zero_trust_access_application import ZeroTrustAccessApplication
from local_cloud.services.edge.types.zero_trust_access_identity_provider import ZeroTrustAccessIdentityProvider
from local_cloud.services.edge.types.zero_trust_access_policy import ZeroTrustAccessPolicy
from local_cloud.services.edge.types.zone_setting import ZoneSetting
from local_cloud.services.object_storage.types.account_token import AccountToken
from local_cloud.services.object_storage.types.r2_bucket import R2Bucket
from local_cloud.services.object_storage.types.r2_bucket_cors import R2BucketCors
from local_cloud.services.object_storage.types.r2_bucket_lifecycle import R2BucketLifecycle
from local_cloud.services.object_storage.types.r2_bucket_lock import R2BucketLock
from local_cloud.services.object_storage.types.r2_managed_domain import R2ManagedDomain


class _Others(BridgedTypesOnly):
    """What else the SDK has; nothing moves from one account or zone to another."""

    module = "pulumi_cloudflare"
    always_replacing = frozenset({"accountId", "zoneId"})
    shared = (ACCOUNT_ID, ZONE_ID)


PACKAGE = Package(
    name="cloudflare",
    distribution="pulumi-cloudflare",
    types=(
        AccountToken(),
        CertificatePack(),
        DnsRecord(),
        OriginCaCertificate(),
        R2Bucket(),
        R2BucketCors(),
        R2BucketLifecycle(),
        R2BucketLock(),
        R2ManagedDomain(),
        Ruleset(),
        TotalTls(),
        UniversalSslSetting(),
        UrlNormalizationSettings(),
        ZeroTrustAccessApplication(),
        ZeroTrustAccessIdentityProvider(),
        ZeroTrustAccessPolicy(),
        ZoneDnssec(),
        ZoneSetting(),
    ),
    functions={},
    others=_Others,
    unseen=(
        "The zone's or account's plan does not have the feature, or only fewer or smaller of it.",
        "The API token lacks a permission.",
        "Something that another program or a person made in the dashboard stands in the way.",
    ),
)
