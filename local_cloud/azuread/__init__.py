"""azuread: one file a resource type, named after its token. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package

PACKAGE = Package(name="azuread", distribution="pulumi-azuread", types=(), functions={})
