"""
Everything of this project that listens on a machine: who may speak to it, how that is enforced, and what another account gets.

The one place where listeners are declared. `docs/reference/listeners.md` is made from it; tests compare it with the sockets of a
running platform, and try each listener from another account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from local_cloud.catalog import PACKAGES

Transport = Literal["tcp", "udp", "unix"]
StartedBy = Literal["local cloud", "plan daemon", "run"]
"""Who starts it: the daemon of `ignition up`, the daemon of previews, or either of them for one run of the engine."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """
    One listener, or several of a kind.

    Attributes:
        name: what it is called here.
        what: what it is for.
        started_by: who starts it.
        transports: its sockets; TCP and UDP are on 127.0.0.1, without exception.
        port: the name of its port in `ports.json`, as a regular expression; empty where the port is chosen anew at each start.
        socket: the end of a unix socket's path, as a regular expression.
        speaks: the protocol.
        who: who may speak to it.
        how: how that is enforced.
        answered: what another account is answered all the same, as patterns of requests (`GET /api/proof*`); `*` is everything.
        why: why that is right, or why it cannot be otherwise.
        ours: whether it is ours to protect.
    """

    name: str
    what: str
    started_by: Sequence[StartedBy]
    speaks: str
    who: str
    how: str
    transports: Sequence[Transport] = ("tcp",)
    port: str = ""
    socket: str = ""
    answered: Sequence[str] = ()
    why: str = ""
    ours: bool = True

    def has_port(self, name: str) -> bool:
        """Whether a port with this name in `ports.json` is its."""
        return bool(self.port) and re.fullmatch(self.port, name) is not None

    def has_socket(self, path: str) -> bool:
        """Whether a unix socket is its."""
        return bool(self.socket) and re.search(f"(?:{self.socket})$", path) is not None


_OWNER: Final = "the owner"
_BY_KERNEL: Final = (
    "the kernel tells whose connection a call came over; calls of other accounts end with PERMISSION_DENIED before "
    "their request is read (Linux; on macOS the system does not tell, and the port answers every account)"
)
_BY_FILE: Final = "a directory that only the owner can enter"
_ENGINES: Final = "the engine's: not enforceable by us"
_LIKE_ANYBODY: Final = ("*",)

LANGUAGE_HOST: Final = "language host"
PROVIDERS: Final = "providers"
POLICY_PROXY: Final = "policy proxy"
MONITOR: Final = "engine's monitor"
ENGINE: Final = "engine's RPC"
POLICY_PACK: Final = "policy pack"
CALLBACKS: Final = "program's callbacks"

TABLE: Final[Sequence[Row]] = (
    Row(
        name="console",
        what="control endpoint of the command line, and the console for people",
        started_by=["local cloud"],
        port="console",
        speaks="HTTP",
        who="the owner: the command line everything, a browser that `ignition open console` signed in what the console shows",
        how=(
            "a token, new at each start, in a file that only the owner can read, counts in the `Authorization` header alone; a "
            "browser's session is a path that cannot be guessed and a cookie for it; foreign `Host` and `Origin` are refused"
        ),
        answered=["GET /api/proof[?]*"],
        why="a proof that the server knows the token, for a client that does not show it to strangers; it tells nothing of the token",
    ),
    Row(
        name=LANGUAGE_HOST,
        what="runs Pulumi programs for the engine",
        started_by=["local cloud", "plan daemon"],
        speaks="gRPC",
        who=_OWNER,
        how=_BY_KERNEL,
    ),
    Row(
        name=PROVIDERS,
        what=f"one server for each package ({', '.join(package.name for package in PACKAGES)}), and for previews of dynamic resources",
        started_by=["local cloud", "plan daemon"],
        speaks="gRPC",
        who=_OWNER,
        how=_BY_KERNEL,
    ),
    Row(
        name=POLICY_PROXY,
        what="stands before a policy pack",
        started_by=["run"],
        speaks="gRPC",
        who=_OWNER,
        how=_BY_KERNEL,
    ),
    Row(
        name="edge",
        what="Cloudflare's place: the public hosts, with rules, rate limits and Access",
        started_by=["local cloud"],
        port="edge",
        speaks="HTTPS",
        who="everybody on this machine, as everybody on the internet in the cloud",
        how="the stack's own rules; what lies behind Access asks for an e-mail address, and here takes it without proof",
        answered=_LIKE_ANYBODY,
        why="it is the public side; what the apps keep for their users they must protect themselves",
    ),
    Row(
        name="edge (http)",
        what="the same without TLS",
        started_by=["local cloud"],
        port=r"edge \(http\)",
        speaks="HTTP",
        who="everybody on this machine",
        how="as above; the zone's setting redirects to HTTPS",
        answered=_LIKE_ANYBODY,
        why="as above",
    ),
    Row(
        name="access team",
        what="the keys of Access tokens, where Cloudflare has TEAM.cloudflareaccess.com",
        started_by=["local cloud"],
        port=r"edge \(access team\)",
        speaks="HTTPS",
        who="everybody on this machine",
        how="nothing to protect: the keys are public in the cloud as well",
        answered=["GET /cdn-cgi/access/certs"],
        why="public keys",
    ),
    Row(
        name="edge guard",
        what="what the edge asks about rules, rate limits and Access",
        started_by=["local cloud"],
        transports=["unix"],
        socket="/guard[.]sock",
        speaks="HTTP",
        who="the edge",
        how=_BY_FILE,
    ),
    Row(
        name="identity",
        what="managed identities: where apps get their tokens",
        started_by=["local cloud"],
        port="identity",
        speaks="HTTP",
        who="each app for its own identity",
        how="a secret header for each app, in the environment of its processes; foreign `Host` and `Origin` are refused",
    ),
    Row(
        name="token authority",
        what="login.microsoftonline.com's place",
        started_by=["local cloud"],
        port="token authority",
        speaks="HTTPS",
        who="whoever has a client secret",
        how="the client secret; foreign `Host` and `Origin` are refused",
        answered=["GET /*/openid-configuration", "GET /*/discovery/*keys"],
        why="discovery and public keys, as Microsoft publishes them",
    ),
    Row(
        name="key vault",
        what="the vault's data plane",
        started_by=["local cloud"],
        port="key vault",
        speaks="HTTPS",
        who="whoever has a role on the secret",
        how="a token of the authority, then the role; foreign `Host` and `Origin` are refused",
    ),
    Row(
        name="object storage",
        what="R2's place, with TLS and without",
        started_by=["local cloud"],
        port=r"object storage( \(http\))?",
        speaks="S3",
        who="whoever has a key of the bucket",
        how="signatures of requests",
        answered=["GET /.healthz"],
        why="says that the server runs, and nothing else",
    ),
    Row(
        name="object storage's gateway",
        what="versitygw, behind the door of the row above, and its administration",
        started_by=["local cloud"],
        transports=["unix"],
        socket="(/object-storage/sockets/(s3|admin)|/ignition-[a-z0-9_]{8}/s3)[.]sock",
        speaks="S3",
        who="the door above, and the local cloud as its operator",
        how=f"{_BY_FILE}; signatures of requests",
    ),
    Row(
        name="origin",
        what="the container platform's ingress, with TLS and without",
        started_by=["local cloud"],
        port=r"origin( \(http\))?",
        speaks="HTTPS, HTTP",
        who="as the stack declares: with address rules for Cloudflare's ranges nobody on this machine",
        how="the address rules of each app",
    ),
    Row(
        name="origin (inside)",
        what="the ingress for the edge, whose requests count as Cloudflare's, and for apps of the same environment",
        started_by=["local cloud"],
        transports=["unix"],
        socket="/(edge-tls|edge-http|inside)[.]sock",
        speaks="HTTPS, HTTP",
        who="the edge, the apps",
        how=_BY_FILE,
    ),
    Row(
        name="app",
        what="a replica of an app: its own server",
        started_by=["local cloud"],
        port=r"[^/]+/[^/]+/[^/]+",
        speaks="what the app speaks",
        who="the ingress",
        how="not at all: a process here listens on a port, and has no network of its own as a container has",
        answered=_LIKE_ANYBODY,
        why="another account gets past the edge's rules and Access here; what an app keeps for its users it must protect itself",
    ),
    Row(
        name="postgres",
        what="a PostgreSQL server",
        started_by=["local cloud"],
        port="postgres .+",
        speaks="PostgreSQL over TLS",
        who="whoever has a password",
        how="SCRAM; the superuser is not let in over TCP at all",
    ),
    Row(
        name="postgres's socket",
        what="the same, for the superuser",
        started_by=["local cloud"],
        transports=["unix"],
        socket=r"/\.s\.PGSQL\.\d+",
        speaks="PostgreSQL",
        who="the owner, and the account that runs the server",
        how="a private directory; the kernel tells the account (`peer`)",
    ),
    Row(
        name="name server",
        what="the zone's DNS",
        started_by=["local cloud"],
        transports=["udp", "tcp"],
        port="dns",
        speaks="DNS",
        who="everybody on this machine",
        how="nothing to protect: records are public in the cloud as well; zone transfers are refused",
        answered=["DNS A", "DNS TXT", "DNS ANY"],
        why="what a public name server answers",
    ),
    Row(
        name="Caddy's administration",
        what="how edge and ingress get their configuration",
        started_by=["local cloud"],
        transports=["unix"],
        socket="(/(caddy|ingress)/sockets|/ignition-[a-z0-9_]{8})/admin[.]sock",
        speaks="HTTP",
        who=_OWNER,
        how=_BY_FILE,
    ),
    Row(
        name=MONITOR,
        what="the engine's resource monitor, which a program registers its resources with",
        started_by=["run"],
        speaks="gRPC",
        who="whoever is on this machine, for as long as the run lasts",
        how=_ENGINES,
        answered=_LIKE_ANYBODY,
        why="the engine binds it to loopback and asks for no credential, with official providers as well",
        ours=False,
    ),
    Row(
        name=ENGINE,
        what="the engine's log, and for plugins its schema loaders, name mappers and status of resources: several ports",
        started_by=["run"],
        speaks="gRPC",
        who="whoever is on this machine, for as long as the run lasts",
        how=_ENGINES,
        answered=_LIKE_ANYBODY,
        why="as above",
        ours=False,
    ),
    Row(
        name=POLICY_PACK,
        what="a policy pack's analyzer, started by its SDK",
        started_by=["run"],
        speaks="gRPC",
        who="whoever is on this machine, for as long as the run lasts",
        how=_ENGINES,
        answered=_LIKE_ANYBODY,
        why="the SDK binds it to loopback and asks for no credential; it is told resources of the stack and answers violations",
        ours=False,
    ),
    Row(
        name=CALLBACKS,
        what="functions of a program that the engine calls: transforms, hooks; the SDK's, only in programs that have any",
        started_by=["run"],
        speaks="gRPC",
        who="whoever knows a function's name, for as long as the run lasts",
        how=f"{_ENGINES}; each function has a random name that only the engine is told",
        answered=_LIKE_ANYBODY,
        why="as above",
        ours=False,
    ),
)


def row(name: str) -> Row:
    """
    The row of a name.

    Raises:
        KeyError: there is none.
    """
    found = {each.name: each for each in TABLE}
    return found[name]


def row_of_port(name: str) -> Row | None:
    """The row of a port in `ports.json`."""
    return next((each for each in TABLE if each.has_port(name)), None)


def row_of_socket(path: str) -> Row | None:
    """The row of a unix socket."""
    return next((each for each in TABLE if each.has_socket(path)), None)
