"""Cloudflare's tokens for the jobs: for each stack one that deploys and one that only reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_cloudflare as cloudflare
from pulumi import Input, Output

from bootstrap.cloud import Cloud

ACCOUNT_WRITE: Final[Mapping[str, str]] = {
    "Access: Apps and Policies Write": "1e13c5124ca64b72b1969a67e8829049",
    "Access: Organizations, Identity Providers, and Groups Write": "bfe0d8686a584fa680f4c53b5eb0de6d",
    "Account API Tokens Write": "5bc3f8b21c554832afc660159ab75fa4",
    "Workers R2 Storage Write": "bf7481a1826f439697cb59a20b22293e",
}
ZONE_WRITE: Final[Mapping[str, str]] = {
    "Config Settings Write": "06f0526e6e464647bd61b63c54935235",
    "DNS Write": "4755a26eedb94da69e1066d98aa820be",
    "SSL and Certificates Write": "c03055bc037c4ea9afb9a9f104b7b721",
    "Zone Read": "c8fed203ed3043cba015a93ad1616f1f",
    "Zone Settings Write": "3030687196b94b638145a3953da2b699",
    "Zone Transform Rules Write": "0ac90a90249747bca6b047d97f0803e9",
    "Zone WAF Write": "fb6778dc191143babbfaa57993f1d275",
}
ACCOUNT_READ: Final[Mapping[str, str]] = {
    "Access: Apps and Policies Read": "eb258a38ea634c86a0c89da6b27cb6b6",
    "Access: Organizations, Identity Providers, and Groups Read": "26bc23f853634eb4bff59983b9064fde",
    "Account API Tokens Read": "eb56a6953c034b9d97dd838155666f06",
    "Workers R2 Storage Read": "b4992e1108244f5d8bfbd5744320c2e1",
}
ZONE_READ: Final[Mapping[str, str]] = {
    "Config Settings Read": "20e5ea084b2f491c86b8d8d90abff905",
    "DNS Read": "82e64a83756745bbbb1c9c2701bf816b",
    "SSL and Certificates Read": "7b7216b327b04b8fbc8f524e1f9b7531",
    "Zone Read": "c8fed203ed3043cba015a93ad1616f1f",
    "Zone Settings Read": "517b21aee92c4d89936c976ba6e4be55",
    "Zone Transform Rules Read": "211a4c0feb3e43b3a2d41f1443a433e7",
    "Zone WAF Read": "dbc512b354774852af2b5a5f4ba3d470",
}
"""
Permission groups by name (https://developers.cloudflare.com/fundamentals/api/reference/permissions/).

The ids are the same for every account; an account lists its own at /accounts/ACCOUNT/tokens/permission_groups.
"""


@dataclass(frozen=True, kw_only=True)
class EdgeTokens:
    """The tokens' values, by stack."""

    deploy: Mapping[str, Input[str]]
    preview: Mapping[str, Input[str]]


def make_edge_tokens(cloud: Cloud) -> EdgeTokens:
    """Declare both tokens of each stack."""
    stacks = tuple(cloud.config.stacks)
    return EdgeTokens(
        deploy={stack: _token(cloud, f"{stack}-deploy", ACCOUNT_WRITE, ZONE_WRITE) for stack in stacks},
        preview={stack: _token(cloud, f"{stack}-preview", ACCOUNT_READ, ZONE_READ) for stack in stacks},
    )


def _token(cloud: Cloud, name: str, account: Mapping[str, str], zone: Mapping[str, str]) -> Output[str]:
    config = cloud.config.cloudflare
    token = cloudflare.AccountToken(
        name,
        account_id=config.account_id,
        name=f"ignition-{name}",
        policies=[
            _policy(f"com.cloudflare.api.account.{config.account_id}", account),
            _policy(f"com.cloudflare.api.account.zone.{config.zone_id}", zone),
        ],
    )
    return Output.secret(token.value)


def _policy(resource: str, groups: Mapping[str, str]) -> cloudflare.AccountTokenPolicyArgs:
    return cloudflare.AccountTokenPolicyArgs(
        effect="allow",
        permission_groups=[cloudflare.AccountTokenPolicyPermissionGroupArgs(id=each) for each in groups.values()],
        # Without spaces, as the API returns it: the provider compares texts.
        resources=json.dumps({resource: "*"}, separators=(",", ":")),
    )
