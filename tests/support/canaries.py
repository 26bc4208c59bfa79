"""
The secrets of a running platform, and where they are found.

Each is looked for as it is and in the encodings in which it may have been written down.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import html
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import httpx
import psutil
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from local_cloud.daemon.control.client import connect
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import stack_environment
from tests.support.local_platform import LocalPlatform

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----\n?", re.S)
_PIECE = 16
_EMPTY = re.compile(rb"\0{64,}")
_SHORTEST = 12
"""Shorter values stand in places that have nothing to do with them."""
_NO_SECRETS = re.compile(r"stack's .*(access-key-id|access_key_id|accessKeyId)\b.*")
"""What the program treats as secret and is none: the id of a token, which is in its address."""
_KEY_FILES = ("records/resources.key", "container-apps/state.key", "key-vault/sealing-key", "identity/header-key")


@dataclass(frozen=True)
class Found:
    """A secret in a place: a file below the state directory, or `environ of` or `cmdline of` a process."""

    secret: str
    place: str


def secrets_of(platform: LocalPlatform) -> dict[str, bytes]:
    """Every secret of a platform at rest, by what it is; what the engine keeps is decrypted by the engine itself."""
    state = platform.state
    found: dict[str, bytes] = {
        "control token": (state / "control-token").read_bytes().strip(),
        "passphrase": (state / "passphrase").read_bytes().strip(),
        **{f"key of {name}": (state / name).read_bytes().strip() for name in _KEY_FILES},
        **_of_stack(platform),
        **_of_storage(state),
        **_private_keys(state),
    }
    return {name: value for name, value in found.items() if len(value) >= _SHORTEST and not _NO_SECRETS.match(name)}


def secrets_in_use(platform: LocalPlatform) -> dict[str, bytes]:
    """Secrets that are handed out: a browser's session in the console, the developer's header, and a token of the developer's."""
    client = connect(platform.state)
    assert client is not None
    link = client.post("/api/sign-in-codes")["url"]
    header_key = (platform.state / "identity" / "header-key").read_bytes()
    digest = hmac.new(header_key, b"~developer", hashlib.sha256).digest()
    header = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    port = json.loads((platform.state / "ports.json").read_text())["identity"]
    with httpx.Client(trust_env=False, timeout=60) as browser:
        page = browser.get(link)
        session, key = page.headers["set-cookie"], page.cookies["ignition-console"]
        token = browser.get(
            f"http://127.0.0.1:{port}/msi/~developer/token",
            params={"resource": "https://vault.azure.net", "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": header},
        ).json()["access_token"]
    return {
        "used link into the console": link.partition("code=")[2].encode(),
        "path of a session": session.partition("Path=/session/")[2].partition(";")[0].encode(),
        "key of a session": key.encode(),
        "developer's identity header": header.encode(),
        "developer's token": token.encode(),
    }


def processes_of(platform: LocalPlatform) -> list[psutil.Process]:
    """The daemon and everything that it runs."""
    daemon = psutil.Process(platform.address.pid)
    return [daemon, *daemon.children(recursive=True)]


def _of_stack(platform: LocalPlatform) -> dict[str, bytes]:
    settings = Settings.load(platform.state)
    ran = subprocess.run(
        ["pulumi", "stack", "export", "--show-secrets"],
        cwd=settings.project,
        env=stack_environment(platform.state, platform.address, settings),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, bytes] = {}
    for resource in json.loads(ran.stdout)["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        for side in ("inputs", "outputs"):
            for path, text in _secret_texts(resource.get(side, {})):
                what = f"stack's {name} {side}{path}"
                if key := _private_number(text):
                    found[f"{what} (key)"] = key
                elif "://" in text and (password := urlsplit(text).password):
                    found[f"{what} (password)"] = password.encode()
                elif not text.startswith("-----BEGIN"):  # a certificate is public
                    found[what] = text.encode()
    return found


def _secret_texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and _SIGNATURE in value:
        yield from _texts(json.loads(value["plaintext"]), path)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _secret_texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _secret_texts(each, f"{path}[]")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, f"{path}[]")


def _of_storage(state: Path) -> dict[str, bytes]:
    operator = json.loads((state / "object-storage" / "operator.json").read_text())
    accounts = json.loads((state / "object-storage" / "accounts" / "users.json").read_text())
    keys = [each["secret"] for each in accounts["accessAccounts"].values()]
    values = operator.values() if isinstance(operator, dict) else operator
    return {
        **{f"S3 operator's key {number}": each.encode() for number, each in enumerate(values)},
        **{f"S3 account's key {number}": each.encode() for number, each in enumerate(keys)},
    }


def _private_keys(state: Path) -> dict[str, bytes]:
    """The secret number of every private key in a file."""
    found: dict[str, bytes] = {}
    for file in state.rglob("*"):
        if file.suffix in {".pem", ".key"} and file.is_file() and (key := _private_number(file.read_text("latin-1"))):
            found[f"private key {file.relative_to(state)}"] = key
    return found


def _private_number(text: str) -> bytes | None:
    """The number that makes a key private, out of a text with a key in it; everything else in the key is public as well."""
    match = _PRIVATE_KEY.search(text)
    if match is None:
        return None
    load = load_ssh_private_key if "OPENSSH" in match[0] else load_pem_private_key
    numbers: Any = load(match[0].encode(), None)
    numbers = numbers.private_numbers()
    number: int = numbers.d if isinstance(numbers, RSAPrivateNumbers) else numbers.private_value
    return number.to_bytes((number.bit_length() + 7) // 8)


def encodings(secret: bytes) -> dict[str, bytes]:
    """A secret as it may have been written down, by how."""
    text = secret.decode("latin-1")
    written = {
        "as it is": secret,
        "in hex": secret.hex().encode(),
        "in HEX": secret.hex().upper().encode(),
        "in a URL": quote(secret, safe="").encode(),
        "in a path": quote(secret).encode(),
        "in a form": quote_plus(secret).encode(),
        "in JSON": json.dumps(text)[1:-1].encode(),
        "in JSON in JSON": json.dumps(json.dumps(text))[3:-3].encode(),
        "in HTML": html.escape(text).encode(),
        "reversed": secret[::-1],
        "in UTF-16": text.encode("utf-16-le"),
    }
    for shift in range(3):  # Base64 of a longer text, in which it stands anywhere
        padded = base64.b64encode(bytes(shift) + secret)
        inside = padded[(shift * 8 + 5) // 6 : len(padded) - (4 if padded.endswith(b"=") else 0)]
        written[f"in Base64 ({shift})"] = inside
        written[f"in Base64 for URLs ({shift})"] = inside.translate(bytes.maketrans(b"+/", b"-_"))
    return written


def _pieces(name: str, secret: bytes) -> Iterator[bytes]:
    """A secret as a whole; of a key two pieces, of which an end of line in PEM can tear one only."""
    if "key" in name and not secret.isascii() and len(secret) >= 2 * _PIECE:
        yield from (secret[:_PIECE], secret[_PIECE : 2 * _PIECE])
    yield secret


class Search:
    """Looks for secrets."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._needles = {
            needle: name
            for name, secret in secrets.items()
            for piece in _pieces(name, secret)
            for needle in encodings(piece).values()
        }
        self._looked_through: dict[bytes, set[str]] = {}

    def within(self, content: bytes) -> set[str]:
        """The secrets in some bytes, by what they are."""
        return {name for needle, name in self._needles.items() if needle in content}

    def within_files(self, *roots: Path) -> set[Found]:
        """The secrets in all files below some directories, compressed ones included; links are followed."""
        found: set[Found] = set()
        for root in roots:
            for file in sorted({each for each in _files(root) if each.is_file()}):
                found |= {Found(name, str(file.relative_to(root))) for name in self._within_file(file)}
        return found

    def _within_file(self, file: Path) -> set[str]:
        try:
            content = file.read_bytes()
        except FileNotFoundError:  # PostgreSQL removes files of its own at any time
            return set()
        if content.startswith(b"\x1f\x8b"):
            content += gzip.decompress(content)
        content = _EMPTY.sub(b"\0", content)
        key = hashlib.sha256(content).digest()  # databases begin as copies of each other
        if key not in self._looked_through:
            self._looked_through[key] = self.within(content)
        return self._looked_through[key]

    def within_processes(self, labels: Mapping[int, str]) -> set[Found]:
        """The secrets among the arguments and in the environments of processes, which are named by their labels."""
        found: set[Found] = set()
        for pid, label in labels.items():
            for what in ("cmdline", "environ"):
                try:
                    content = Path(f"/proc/{pid}/{what}").read_bytes()
                except OSError:
                    continue
                found |= {Found(name, f"{what} of {label}") for name in self.within(content)}
        return found


def _files(root: Path) -> Iterator[Path]:
    for path in root.iterdir():
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
