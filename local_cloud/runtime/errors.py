"""
The two kinds of errors of a part: it failed on this machine, or the real cloud would have refused.

Both messages are written for the person at the terminal; neither ever holds a secret.
"""

from __future__ import annotations


class BackendError(Exception):
    """A part failed on this machine; the message says what to do next."""


class NotWritten(BackendError):  # noqa: N818  says what happened
    """A file could not be written; what it held before is still in it."""


class CloudRefusal(BackendError):  # noqa: N818  the word the clouds use
    """
    The cloud that the part plays refuses, in the cloud's own words.

    Attributes:
        code: the cloud's error code, `ServerIsBusy` or `10008`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
