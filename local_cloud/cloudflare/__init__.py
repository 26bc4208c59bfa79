"""cloudflare: one file a resource type, named after its token. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.cloudflare.account_token import AccountToken
from local_cloud.cloudflare.certificate_pack import CertificatePack
from local_cloud.cloudflare.dns_record import DnsRecord
from local_cloud.cloudflare.origin_ca_certificate import OriginCaCertificate
from local_cloud.cloudflare.r2_bucket import R2Bucket
from local_cloud.cloudflare.r2_bucket_cors import R2BucketCors
from local_cloud.cloudflare.r2_bucket_lifecycle import R2BucketLifecycle
from local_cloud.cloudflare.r2_bucket_lock import R2BucketLock
from local_cloud.cloudflare.r2_managed_domain import R2ManagedDomain
from local_cloud.cloudflare.ruleset import Ruleset
from local_cloud.cloudflare.total_tls import TotalTls
from local_cloud.cloudflare.universal_ssl_setting import UniversalSslSetting
from local_cloud.cloudflare.zero_trust_access_application import ZeroTrustAccessApplication
from local_cloud.cloudflare.zero_trust_access_identity_provider import ZeroTrustAccessIdentityProvider
from local_cloud.cloudflare.zero_trust_access_policy import ZeroTrustAccessPolicy
from local_cloud.cloudflare.zone_dnssec import ZoneDnssec
from local_cloud.cloudflare.zone_setting import ZoneSetting
from local_cloud.server.package import Package

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
        ZeroTrustAccessApplication(),
        ZeroTrustAccessIdentityProvider(),
        ZeroTrustAccessPolicy(),
        ZoneDnssec(),
        ZoneSetting(),
    ),
    functions={},
)
