"""The sections of the configuration that are about sign-in with Google and Microsoft."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import Field

from infra.config.sections.keys import HOST, Key, Rule, between, each, matching
from infra.config.sections.rotation import RotationSection
from infra.config.sections.section import Section


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_DAY: Final = Rule(says="a day, in quotes", holds=_is_day, passes="2027-05-31", fails="2027-02-30")


class SecretEndsSection(Section):
    """
    When each of the two client secrets ends; left out, it is valid for two years.

    Another day makes the secret anew, so change only the idle one's.
    """

    a: Annotated[str | None, Key("The end of secret a.", _DAY)] = None
    b: Annotated[str | None, Key("The end of secret b.", _DAY)] = None


class OAuthSection(Section):
    """Sign-in with Google and Microsoft."""

    google_client_id: Annotated[
        str,
        Key(
            "Google has no interface for making it: create it by hand and put its secret into the vault.",
            matching(
                r"[\w-]+\.apps\.googleusercontent\.com",
                "a client id of Google",
                passes="0-x.apps.googleusercontent.com",
                fails="0-x",
            ),
            "0-placeholder.apps.googleusercontent.com",
        ),
    ]
    local_redirects: Annotated[
        tuple[str, ...],
        Key(
            "Further addresses that Microsoft may return to, for developers.",
            each(
                matching(
                    r"http://localhost(:\d+)?/\S+",
                    "an address on localhost",
                    passes="http://localhost:8080/x",
                    fails="http://x/y",
                )
            ),
        ),
    ] = ()
    google_secret: Annotated[
        Literal["brought", "placeholder"],
        Key(
            "`brought`: a person has put Google's client secret into the vault. `placeholder`: the stack puts a placeholder there once, "
            "so that everything starts before that; sign-in with Google fails until a person replaces it."
        ),
    ] = "brought"
    secret_ends: Annotated[SecretEndsSection, Key("When the client secrets at Microsoft end.")] = Field(
        default_factory=SecretEndsSection
    )
    accounts: Annotated[
        Literal["organization", "personal"],
        Key(
            "Whose Microsoft accounts may sign in: those of `azure.tenant_id`, or personal ones. It decides the registration and the "
            "tenant that the backend is given, which takes one only."
        ),
    ] = "organization"
    cookie_domain: Annotated[
        str | None,
        Key(
            "Where browsers send the session cookie. Left out: the api's own host, the only one that reads it. A parent of it sends "
            "the sessions to every host below.",
            HOST,
        ),
    ] = None
    session_s: Annotated[int, Key("How long a session of a user lasts.", between(300, 34_560_000, unit="seconds"))] = (
        2_592_000
    )
    rotation: Annotated[RotationSection, Key("The two client secrets at Microsoft.")] = Field(
        default_factory=RotationSection
    )
