"""
Cloudflare's rule expressions, as far as they are played here, in Caddy's expression language (CEL).

Fields: http.host, http.request.uri, http.request.uri.path, http.request.uri.query, http.request.method, http.user_agent,
ip.src, ssl. Operators: eq ne == != in contains matches, not and or && || !, parentheses. Functions: starts_with, ends_with, lower.
`true` matches everything.
https://developers.cloudflare.com/ruleset-engine/rules-language/
"""

from __future__ import annotations

import json
import re
from typing import Final

from local_cloud.runtime.errors import BackendError

RULE_PATH: Final = "rule_path"
RULE_URI: Final = "rule_uri"
"""Caddy's variables with what rules see of the URL; `normalization` says what that is."""

_FIELDS: Final = {
    # As the client wrote it: that Cloudflare changes its case is nowhere documented, and its example for `lower` is this field.
    # https://developers.cloudflare.com/ruleset-engine/rules-language/functions/
    "http.host": "{http.request.host}",
    "http.request.uri": f"{{http.vars.{RULE_URI}}}",
    "http.request.uri.path": f"{{http.vars.{RULE_PATH}}}",
    "http.request.uri.query": "{http.request.uri.query}",
    "http.request.method": "{http.request.method}",
    "http.user_agent": "{http.request.header.User-Agent}",
    "ip.src": "{http.request.remote.host}",
}
_SECURE: Final = '({http.request.scheme} == "https")'
_FUNCTIONS: Final = {"starts_with": "startsWith", "ends_with": "endsWith"}
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z_][\w.]*)|(?P<address>\d[\d.:a-fA-F]*)|(?P<sign>==|!=|&&|\|\||[(){}!,])|(?P<odd>\S))"""
)
_SAME: Final = {"eq": "==", "==": "==", "ne": "!=", "!=": "!="}


class ExpressionUnknown(BackendError):  # noqa: N818  says what happened
    """An expression that the local edge cannot play."""


def to_cel(expression: str) -> str:
    """
    The expression in CEL.

    Raises:
        ExpressionUnknown: names what is not understood.
    """
    parser = _Parser(expression)
    found = parser.either()
    if parser.rest:
        raise parser.unknown(f"{parser.rest[0]!r} where it should end")
    return found


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.rest = [match.group().strip() for match in _TOKEN.finditer(expression) if match.group().strip()]

    def either(self) -> str:
        terms = [self._both()]
        while self._take("or", "||"):
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else f"({' || '.join(terms)})"

    def _both(self) -> str:
        terms = [self._one()]
        while self._take("and", "&&"):
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else f"({' && '.join(terms)})"

    def _one(self) -> str:
        if self._take("not", "!"):
            return f"!({self._one()})"
        if self._take("("):
            inner = self.either()
            self._need(")")
            return inner
        token = self._next()
        if token in {"true", "false"}:
            return f"({token} == true)"  # Caddy wants a comparison
        if token == "ssl":
            return _SECURE
        if token in _FUNCTIONS:
            self._need("(")
            value = self._value(self._next())
            self._need(",")
            text = self._text()
            self._need(")")
            return f"{value}.{_FUNCTIONS[token]}({text})"
        return self._comparison(self._value(token))

    def _comparison(self, value: str) -> str:
        operator = self._next()
        if operator in _SAME:
            return f"({value} {_SAME[operator]} {self._text()})"
        if operator == "contains":
            return f"{value}.contains({self._text()})"
        if operator in {"matches", "~"}:
            return f"{value}.matches({self._text()})"
        if operator == "in":
            self._need("{")
            items: list[str] = []
            while not self._take("}"):
                items.append(self._text())
            return f"({value} in [{', '.join(items)}])"
        raise self.unknown(f"the operator {operator!r}")

    def _value(self, token: str) -> str:
        if token == "lower":
            self._need("(")
            value = self._value(self._next())
            self._need(")")
            return f"{value}.lowerAscii()"
        if token not in _FIELDS:
            raise self.unknown(f"the field {token!r}")
        return _FIELDS[token]

    def _text(self) -> str:
        token = self._next()
        if token.startswith('"') and token.endswith('"') and len(token) > 1:
            # Braces would be placeholders of Caddy's, and quotes are CEL's own.
            text = re.sub(r"\\(.)", lambda found: found[1] if found[1] in '"\\' else found[0], token[1:-1])
            if "{" in text:
                raise self.unknown("a brace in a text")
            return json.dumps(text)
        if re.fullmatch(r"[\d.:a-fA-F]+", token):
            return json.dumps(token)
        raise self.unknown(f"{token!r} in the place of a text")

    def _next(self) -> str:
        if not self.rest:
            raise self.unknown("its end")
        return self.rest.pop(0)

    def _take(self, *tokens: str) -> bool:
        if self.rest and self.rest[0] in tokens:
            self.rest.pop(0)
            return True
        return False

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise self.unknown(
                f"{self.rest[0]!r} in the place of {token!r}" if self.rest else f"no {token!r} before its end"
            )

    def unknown(self, what: str) -> ExpressionUnknown:
        return ExpressionUnknown(
            f"the local edge does not understand {what} in the expression {self.expression!r}. It knows the fields "
            f"{', '.join(_FIELDS)} and ssl; eq, ne, in, contains, matches, and, or, not; starts_with, ends_with and lower."
        )
