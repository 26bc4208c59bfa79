"""Cloudflare's own client as an independent source: what its request types require and enumerate, the Check requires and enumerates too."""

import importlib
import typing

import pytest

from local_cloud.packages.cloudflare.package import PACKAGE
from local_cloud.server.generic.check import problems
from local_cloud.server.rules import Choice, ListedValueProblem
from local_cloud.server.schemas.schema import Scalar

MODELS = {
    "AccountToken": "accounts.token_create_params.TokenCreateParams",
    "CertificatePack": "ssl.certificate_pack_create_params.CertificatePackCreateParams",
    "DnsRecord": "dns.record_create_params.CNAMERecord",
    "OriginCaCertificate": "origin_ca_certificates.origin_ca_certificate_create_params.OriginCACertificateCreateParams",
    "R2Bucket": "r2.bucket_create_params.BucketCreateParams",
    "R2BucketCors": "r2.buckets.cors_update_params.CORSUpdateParams",
    "R2BucketLifecycle": "r2.buckets.lifecycle_update_params.LifecycleUpdateParams",
    "R2BucketLock": "r2.buckets.lock_update_params.LockUpdateParams",
    "R2ManagedDomain": "r2.buckets.domains.managed_update_params.ManagedUpdateParams",
    "Ruleset": "rulesets.ruleset_create_params.RulesetCreateParams",
    "UniversalSslSetting": "ssl.universal.setting_edit_params.SettingEditParams",
    "UrlNormalizationSettings": "url_normalization.url_normalization_update_params.URLNormalizationUpdateParams",
    "ZeroTrustAccessPolicy": "zero_trust.access.policy_create_params.PolicyCreateParams",
    "ZoneDnssec": "dns.dnssec_edit_params.DNSSECEditParams",
}
WITHOUT_MODEL = {
    "TotalTls": "the client has no such request",
    "ZeroTrustAccessApplication": "one request type for each kind of application; the provider has one for all",
    "ZeroTrustAccessIdentityProvider": "one request type for each kind of provider; the provider has one for all",
    "ZoneSetting": "one request type for each setting; the provider has one for all",
}
OTHER_NAMES = {
    "cf_r2_jurisdiction": "jurisdiction",
    "location_hint": "location",
    "include": "includes",
    "exclude": "excludes",
    "require": "requires",
}
ONLY_IN_THE_CLIENT = {("Ruleset", "dry_run"), ("R2BucketCors", "bucket_name")}
EXPLAINED = {
    # (type, property): why the values differ
    ("R2Bucket", "jurisdiction"): "fedramp-high is newer than the provider's documentation, which names four",
    ("R2BucketCors", "jurisdiction"): "the provider takes any text here; the bucket's own list decides",
    ("R2BucketLifecycle", "jurisdiction"): "the provider takes any text here; the bucket's own list decides",
    ("R2BucketLock", "jurisdiction"): "the provider takes any text here; the bucket's own list decides",
    ("R2ManagedDomain", "jurisdiction"): "the provider takes any text here; the bucket's own list decides",
    ("DnsRecord", "type"): "the request type is the one for CNAME records",
    ("DnsRecord", "ttl"): "one value of its type means automatic",
}
TYPES = {each.token.rsplit(":", 1)[-1]: each for each in PACKAGE.types}


def _model(name):
    module, cls = MODELS[name].rsplit(".", 1)
    return getattr(importlib.import_module(f"cloudflare.types.{module}"), cls)


def _wire(name):
    first, *rest = OTHER_NAMES.get(name, name).split("_")
    return first + "".join(word.capitalize() for word in rest)


def _unwrapped(hint):
    while typing.get_origin(hint) in {typing.Annotated, typing.Required, typing.NotRequired}:
        hint = typing.get_args(hint)[0]
    return hint


def _properties(name):
    """Wire name, whether it is required and which values are listed, for each property of a request."""
    for key, hint in typing.get_type_hints(_model(name), include_extras=True).items():
        bare = _unwrapped(hint)
        listed = typing.get_args(bare) if typing.get_origin(bare) is typing.Literal else ()
        yield key, typing.get_origin(hint) is typing.Required, listed


def _listed_by_check(resource_type, wire):
    kind = resource_type.schema.inputs[wire].type
    by_rule = [rule.among for rule in resource_type.rules if isinstance(rule, Choice) and rule.path == wire]
    return set(kind.choices if isinstance(kind, Scalar) and kind.choices else by_rule[0] if by_rule else ())


CASES = [(name, *each) for name in MODELS for each in _properties(name)]
KNOWN = [case for case in CASES if (case[0], case[1]) not in ONLY_IN_THE_CLIENT]


def test_every_type_has_a_model_or_a_reason_for_none():
    assert set(MODELS) | set(WITHOUT_MODEL) == set(TYPES)


@pytest.mark.parametrize(("name", "key", "_required", "_listed"), KNOWN, ids=lambda value: str(value)[:40])
def test_the_provider_takes_what_the_client_sends(name, key, _required, _listed):
    assert _wire(key) in TYPES[name].schema.inputs


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, key, required, _ in KNOWN if required], ids=str)
def test_what_the_client_requires_is_required(name, key):
    inputs = {each: value for each, value in TYPES[name].example.items() if each != _wire(key)}
    assert any(_wire(key) in problem.path for problem in problems(TYPES[name], inputs))


@pytest.mark.parametrize(
    ("name", "key", "listed"),
    [(name, key, listed) for name, key, _, listed in KNOWN if listed],
    ids=lambda v: str(v)[:40],
)
def test_the_values_that_the_client_lists_are_the_ones_that_are_taken(name, key, listed):
    same = _listed_by_check(TYPES[name], _wire(key)) == set(listed)
    assert same is ((name, _wire(key)) not in EXPLAINED)


def test_a_value_that_only_the_client_knows_can_be_accepted_by_an_exception():
    inputs = {**TYPES["R2Bucket"].example, "jurisdiction": "fedramp-high"}
    assert [type(problem) for problem in problems(TYPES["R2Bucket"], inputs)] == [ListedValueProblem]
