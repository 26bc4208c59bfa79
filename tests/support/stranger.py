"""
What another account of the machine can try: every protocol on every listener, and every file.

Run as a program of its own by that account, which reads what to try from standard input and writes what it was answered, both as
JSON. It imports nothing of ours: that account may not be able to read it.
"""

import concurrent.futures
import http.client
import json
import os
import socket
import ssl
import struct
import sys
from pathlib import Path

import grpc
import psycopg

PATIENCE_S = 10  # for a server that says nothing
MOST_BYTES = 64 * 1024
WORKERS = 32  # they wait most of the time
REFUSED_BY_GRPC = ("PERMISSION_DENIED", "INTERNAL", "UNKNOWN", "CANCELLED")
HTTP_REFUSALS = range(400, 600)


def grpc_calls(port, task):
    """Calls methods by their names with messages that the owner prepared."""
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
        for method, message in task["grpc"]:
            request = f"gRPC {method}"
            try:
                call = channel.unary_stream(method)(bytes.fromhex(message), timeout=PATIENCE_S)
                yield request, True, "".join(repr(each) for each in call)
            except grpc.RpcError as error:
                code, details = error.code().name, error.details()
                no_grpc = code in {"UNAVAILABLE", "DEADLINE_EXCEEDED"} or "http2 header with status" in details
                yield request, not no_grpc and code not in REFUSED_BY_GRPC, f"{code} {details}"
                if no_grpc:
                    return


class Connection(http.client.HTTPConnection):
    """A connection to a port of this machine as if it were a host's."""

    def __init__(self, port, host, *, tls):
        super().__init__("127.0.0.1", port, timeout=PATIENCE_S)
        self.name, self.tls = host.partition(":")[0], tls

    def connect(self):
        super().connect()
        if self.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.sock = context.wrap_socket(self.sock, server_hostname=self.name)


def http_requests(port, task, *, tls):
    """Requests with and without what looks like a credential, to every host name that there is."""
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", *task["hosts"]):
        connection = Connection(port, host, tls=tls)
        for method, path, headers, body in task["http"] if host.startswith("127.") else task["http of other hosts"]:
            request = f"{method} {path}"
            try:
                connection.request(method, path, body, {"Host": host, **headers})
                answer = connection.getresponse()
                said = answer.read(MOST_BYTES).decode("latin-1")
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                yield request, False, f"{type(error).__name__} {error}"
                if not isinstance(error, ssl.SSLError) or "WRONG_VERSION" in str(error):  # speaks no HTTP, or no TLS
                    return
                break  # has no certificate for this name
            yield request, answer.status not in HTTP_REFUSALS, f"{host} {answer.status} {answer.getheaders()} {said}"
        connection.close()


def database_logins(port, task):
    """Signs in as every role that there may be, with TLS and without, with a wrong password and with none."""
    for user in task["roles"]:
        for mode in ("require", "disable"):
            for password in ("", "wrong"):
                request = f"PostgreSQL {user}"
                try:
                    with psycopg.connect(
                        host="127.0.0.1",
                        port=port,
                        user=user,
                        password=password,
                        dbname="postgres",
                        sslmode=mode,
                        connect_timeout=PATIENCE_S,
                    ) as connection:
                        yield request, True, str(connection.execute("SELECT current_user").fetchall())
                except psycopg.Error as error:
                    yield request, False, str(error)
                    if "password authentication failed" not in str(error) and "pg_hba.conf" not in str(error):
                        return  # no PostgreSQL


def database_socket(path, task):
    """As above, over a socket in a directory."""
    for user in task["roles"]:
        try:
            with psycopg.connect(
                host=str(Path(path).parent), port=path.rpartition(".")[2], user=user, dbname="postgres"
            ) as connection:
                yield f"PostgreSQL {user}", True, str(connection.execute("SELECT current_user").fetchall())
        except psycopg.Error as error:
            yield f"PostgreSQL {user}", False, str(error)


def dns_query(name, kind):
    labels = b"".join(bytes([len(each)]) + each for each in name.encode().split(b"."))
    return struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1)


def dns_answer(kind, reply):
    if len(reply) < 12 or reply[:2] != b"\0\7":
        return False, f"no DNS: {reply[:40]!r}"
    code, answers = reply[3] & 15, struct.unpack("!H", reply[6:8])[0]
    return code == 0 and answers > 0, f"{kind} code {code}, {answers} answers: {reply.decode('latin-1')}"


KINDS = {"A": 1, "TXT": 16, "ANY": 255, "AXFR": 252}


def dns_over_udp(port, task):
    for name in task["names"]:
        for kind, number in KINDS.items():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.settimeout(PATIENCE_S if number == 1 else 2)
                sender.sendto(dns_query(name, number), ("127.0.0.1", port))
                try:
                    yield f"DNS {kind}", *dns_answer(kind, sender.recv(65536))
                except OSError as error:
                    yield f"DNS {kind}", False, str(error)


def dns_over_tcp(port, task):
    for name in task["names"]:
        for kind, number in KINDS.items():
            query = dns_query(name, number)
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as sender:
                    sender.sendall(struct.pack("!H", len(query)) + query)
                    reply = sender.recv(65536)
                    yield f"DNS {kind}", *dns_answer(kind, reply[2:])
            except OSError as error:
                yield f"DNS {kind}", False, str(error)
                return


def words(port, _task):
    """Lines that a server of another kind may take for commands."""
    for said in (b"", b"\n", b"INFO\r\nHELP\r\n", b"\0" * 64):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as sender:
                sender.sendall(said)
                sender.shutdown(socket.SHUT_WR)
                yield "words", False, sender.recv(MOST_BYTES).decode("latin-1")
        except OSError as error:
            yield "words", False, str(error)


def unix_connections(path, task):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as sender:
            try:
                sender.connect(path)
                yield "connect", True, "connected"
            except OSError as error:
                yield "connect", False, str(error)
    if "PGSQL" in path:
        yield from database_socket(path, task)


def on_tcp(port, task):
    yield from grpc_calls(port, task)
    yield from http_requests(port, task, tls=False)
    yield from http_requests(port, task, tls=True)
    yield from database_logins(port, task)
    yield from dns_over_tcp(port, task)
    yield from words(port, task)


TRIED = {"tcp": on_tcp, "udp": dns_over_udp, "unix": unix_connections}


def files(roots):
    """Everything below some directories that opens or lists, or can be written to."""
    waiting = [Path(root) for root in roots]
    seen = set()
    while waiting:
        path = waiting.pop()
        try:
            path = path.resolve()
            if path in seen:
                continue
            seen.add(path)
            if os.access(path, os.W_OK):
                yield str(path), "may be written to"
            if path.is_dir():
                waiting += path.iterdir()
                yield str(path), "is listed"
            else:
                with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                    yield str(path), file.read(MOST_BYTES).decode("latin-1")
        except OSError:
            continue


def processes(pids):
    """What the system tells of processes, and whether they take signals."""
    for pid in pids:
        process = Path(f"/proc/{pid}")
        for name in ("cmdline", "environ", "maps", "auxv", "fd", "cwd", "root", "exe", "mem"):
            try:
                yield pid, name, entry(process / name)
            except OSError:
                continue
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        yield pid, "signals", "are taken"


def entry(path):
    if path.is_symlink():
        return str(path.readlink())
    if path.is_dir():
        return " ".join(each.name for each in path.iterdir())
    return path.read_bytes()[:MOST_BYTES].decode("latin-1")


def tried(target, task):
    answers = TRIED[target["transport"]](target["where"], task)
    return [{"target": target, "request": request, "answered": got, "text": text} for request, got, text in answers]


def main():
    os.environ["HOME"] = "/nonexistent"  # libpq would look for certificates in root's
    task = json.load(sys.stdin)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        answers = [each for found in pool.map(lambda target: tried(target, task), task["targets"]) for each in found]
    told = {
        "account": os.getresuid(),
        "answers": answers,
        "files": list(files(task["roots"])),
        "processes": list(processes(task["pids"])),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
