"""Refusals and violations of policies as workflow commands of GitHub Actions, which show them at their line in a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from ignition.previews.findings import Findings, Refusal


def commands(findings: Findings) -> Iterator[str]:
    """One command a refusal or warning: `::error file=...,line=...,title=...::message`."""
    for refusal in findings.refusals:
        yield _command("error", refusal)
    for warning in findings.warnings:
        yield _command("warning", warning)
    for violation in sorted(findings.policies, key=lambda each: each["warning"]):
        yield _command("warning" if violation["warning"] else "error", violation)


def _command(kind: str, refusal: Refusal) -> str:
    properties = {"title": refusal["rule"]}
    if refusal["file"]:
        properties = {"file": refusal["file"], "line": str(refusal["line"]), **properties}
    listed = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    return f"::{kind} {listed}::{_escaped(refusal['message'])}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
