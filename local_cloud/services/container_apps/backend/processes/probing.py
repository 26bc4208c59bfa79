"""Asking a probe once."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping

from local_cloud.runtime.processes.terminal_text import printable
from local_cloud.services.container_apps.backend.spec import HttpGet, Probe

_LOOPBACK = "127.0.0.1"


def ask(probe: Probe, ports: Mapping[int, int]) -> str | None:
    """
    Send one probe.

    Args:
        probe: what to ask.
        ports: where the container really listens, by declared port.

    Returns:
        Why it failed, in Kubernetes' manner; None when it succeeded.
    """
    port = ports.get(probe.port, probe.port)
    try:
        if probe.http_get is not None:
            return _get(probe.http_get, port, probe.timeout_s)
        with socket.create_connection((_LOOPBACK, port), timeout=probe.timeout_s):
            return None
    except TimeoutError:
        return f"no answer on port {port} within {probe.timeout_s:g} s"
    except ConnectionRefusedError:
        return f"nothing listens on port {port}"
    except OSError as error:
        return f"port {port}: {(error.strerror or str(error)).lower()}"
    except http.client.HTTPException as error:
        return f"port {port} does not speak HTTP ({type(error).__name__})"


def _get(get: HttpGet, port: int, timeout_s: float) -> str | None:
    if get.scheme == "HTTPS":
        # Kubernetes does not verify certificates in probes.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(_LOOPBACK, port, timeout=timeout_s, context=context)
    else:
        connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=timeout_s)
    try:
        connection.request("GET", get.path, headers={"User-Agent": "kube-probe/1.30", **dict(get.headers)})
        response = connection.getresponse()
        body = response.read(200)
    finally:
        connection.close()
    if 200 <= response.status < 400:
        return None
    said = printable(body.decode(errors="replace").strip().replace("\n", " "))
    return f"GET {get.path} on port {port} answered {response.status}{f': {said}' if said else ''}"
