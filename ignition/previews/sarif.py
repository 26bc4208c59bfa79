"""
Refusals and violations of policies as SARIF 2.1.0, for code scanning.

Written by hand: the object models on the package index have had no release for a year or more. A test validates what is written here
against the standard's own JSON schema.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from ignition.previews.findings import Findings, Refusal

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SCORES: Final = {"low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
"""GitHub's bands of `security-severity`: a number in the middle of each."""
_DISTRIBUTION: Final = "ignition-infrastructure"


def log(findings: Findings, fallback: str) -> dict[str, Any]:
    """
    A whole SARIF log.

    Args:
        findings: what a preview reported.
        fallback: the file to point at where the program's line is not known, relative to the repository.
    """
    found = [*findings.refusals, *findings.warnings, *findings.policies]
    rules = {each["rule"]: each for each in found}
    indexes = {rule: index for index, rule in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ignition preview",
                        "semanticVersion": importlib.metadata.version(_DISTRIBUTION),
                        "rules": [_rule(each) for each in rules.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, indexes, fallback) for each in found],
            }
        ],
    }


def _rule(refusal: Refusal) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": refusal["rule"]}
    if refusal["source"]:
        rule["helpUri"] = refusal["source"]
    if "severity" in refusal:
        score = _SCORES.get(refusal["severity"])
        rule["properties"] = {"tags": ["policy"], **({"security-severity": score} if score else {})}
    return rule


def _result(refusal: Refusal, indexes: Mapping[str, int], fallback: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": refusal["rule"],
        "ruleIndex": indexes[refusal["rule"]],
        "level": "warning" if refusal["warning"] else "error",
        "message": {"text": refusal["message"]},
        "locations": [_location(refusal["file"] or fallback, refusal["line"], refusal["urn"])],
        "partialFingerprints": {"refusal/v1": _fingerprint(refusal)},
    }
    if refusal["other_file"]:
        other = _location(refusal["other_file"], refusal["other_line"], refusal["other"])
        result["relatedLocations"] = [{"id": 1, "message": {"text": _name(refusal["other"])}, **other}]
    return result


def _location(file: str, line: int, urn: str) -> dict[str, Any]:
    artifact = {"uri": quote(file)} if file.startswith("/") else {"uri": quote(file), "uriBaseId": "%SRCROOT%"}
    return {
        "physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}},
        "logicalLocations": [{"name": _name(urn), "fullyQualifiedName": urn, "kind": "resource"}],
    }


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _fingerprint(refusal: Refusal) -> str:
    """The same for as long as the same rule is broken by the same resources, whatever lines they move to."""
    told = "\n".join((refusal["rule"], refusal["urn"], refusal["path"], refusal["other"]))
    return hashlib.sha256(told.encode()).hexdigest()
