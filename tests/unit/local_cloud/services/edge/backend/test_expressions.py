"""Cloudflare's rule expressions in Caddy's language."""

from __future__ import annotations

import pytest

from local_cloud.services.edge.backend import ExpressionUnknown, to_cel

PATH = "{http.vars.rule_path}"
HOST = "{http.request.host}"


@pytest.mark.parametrize(
    ("expression", "cel"),
    [
        ("true", "(true == true)"),
        ("ssl", '({http.request.scheme} == "https")'),
        ('http.host eq "a.b"', f'({HOST} == "a.b")'),
        ('(http.host ne "a.b")', f'({HOST} != "a.b")'),
        ('http.host in {"a" "b"}', f'({HOST} in ["a", "b"])'),
        ("ip.src == 203.0.113.7", '({http.request.remote.host} == "203.0.113.7")'),
        ('starts_with(http.request.uri.path, "/auth/")', f'{PATH}.startsWith("/auth/")'),
        ('ends_with(lower(http.host), ".b")', f'{HOST}.lowerAscii().endsWith(".b")'),
        ('not http.request.uri.path contains ".git"', f'!({PATH}.contains(".git"))'),
        (
            'http.host eq "a" and not ssl or http.host eq "b"',
            f'((({HOST} == "a") && !(({{http.request.scheme}} == "https"))) || ({HOST} == "b"))',
        ),
        (r'http.request.uri.path eq "say \"x\""', rf'({PATH} == "say \"x\"")'),
    ],
)
def test_an_expression_is_translated(expression: str, cel: str) -> None:
    assert to_cel(expression) == cel


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("cf.threat_score gt 10", "the field 'cf.threat_score'"),
        ('http.host like "a"', "the operator 'like'"),
        ('http.host eq "a" "b"', "where it should end"),
        ('(http.host eq "a"', r"no '\)' before its end"),
        ("http.host eq http.referer", "'http.referer' in the place of a text"),
        ('http.host eq "{http.request.host}"', "a brace in a text"),
        ("", "its end"),
    ],
)
def test_what_is_not_understood_is_named(expression: str, named: str) -> None:
    with pytest.raises(ExpressionUnknown, match=named):
        to_cel(expression)
