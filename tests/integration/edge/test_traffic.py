"""Traffic through edge and origin while something changes, and connections that stay open."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import Counter

from websockets.asyncio.client import connect

from local_cloud.services.container_apps.backend import CustomDomain, EnvironmentVariable, Ingress
from local_cloud.services.edge.backend import BlockRule, EdgeState
from tests.integration.container_apps.stage import app
from tests.integration.edge.front import API, Front, replace
from tests.support.waiting import until


def test_no_request_fails_while_a_revision_takes_over(front: Front) -> None:
    front.apply()
    seen: Counter[int] = Counter()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen[front.get().status_code] += 1

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    for version in ("2", "3", "4"):
        variables = (EnvironmentVariable(name="VERSION", value=version),)
        template = front.declared.template
        container = replace(template.containers[0], env=variables)
        front.stage.platform.put_app(replace(front.declared, template=replace(template, containers=(container,))))
    done.set()
    for thread in asking:
        thread.join()
    assert set(seen) == {200}
    assert front.get().json()["env"]["VERSION"] == "4"


def test_a_websocket_goes_through_edge_and_origin_and_outlives_changes(front: Front) -> None:
    host = "socket.ecent.online"
    front.bind(host, front.origin_certificate(host))
    front.stage.map_image(
        "echo*",
        "{python} -c \"from websockets.sync.server import serve; serve(lambda c: [c.send(m) for m in c], '127.0.0.1', {port})"
        '.serve_forever()"',
    )
    domains = (CustomDomain(name=host, certificate_id=host),)
    front.stage.platform.put_app(
        app(name="ca-echo", image="echo", probes=(), ingress=Ingress(target_port=8080, custom_domains=domains))
    )
    front.apply(hosts=(host,))
    context = ssl.create_default_context(cafile=front.stage.ca.ca_file)

    async def talk() -> None:
        # Not the client with threads: two of them read and write one TLS connection, and now and then something is lost.
        there = {"host": "127.0.0.1", "port": front.edge.tls_port}
        async with connect(f"wss://{host}/", **there, ssl=context, proxy=None) as connection:
            await connection.send("one")
            assert await connection.recv() == "one"
            await asyncio.to_thread(front.apply, hosts=(host, API))
            await connection.send("two")
            assert await connection.recv() == "two"

    asyncio.run(talk())


def test_a_killed_edge_comes_back_with_its_state(front: Front) -> None:
    front.apply()
    process = front.stage.supervisor.get("edge")
    assert process is not None
    killed = process.pid
    process.signal(9)
    until(lambda: process.pid != killed and process.ready, "a new edge")
    assert front.get().status_code == 200


def test_a_change_reaches_an_edge_that_was_just_killed(front: Front) -> None:
    front.apply()
    process = front.stage.supervisor.get("edge")
    assert process is not None
    process.signal(9)
    front.apply(blocks=(BlockRule(expression="true"),))
    until(lambda: process.ready)
    assert front.get().status_code == 403


def test_the_next_daemon_takes_the_edge_over(front: Front) -> None:
    front.apply()
    before = front.stage.supervisor.get("edge").pid
    state = front.edge.state
    front.edge.detach()
    front.stage.abandon()
    front.stage.open()
    front.open()
    front.edge.apply(state)
    assert front.stage.supervisor.get("edge").pid == before
    until(lambda: front.get().status_code == 200)


def test_of_two_changes_at_once_none_brings_back_what_the_other_ended(front: Front) -> None:
    """Each makes the state from what is declared; the slower one must not apply what it read before the other's change."""
    front.apply()
    zone = front.edge.state.zones[0]
    declared = {"/first", "/second"}
    first_has_read = threading.Event()

    def state() -> EdgeState:
        blocks = tuple(BlockRule(expression=f'http.request.uri.path eq "{path}"') for path in declared)
        if blocks:
            first_has_read.set()
            time.sleep(0.3)
        return EdgeState(zones=(replace(zone, blocks=blocks),))

    def end_first() -> None:
        declared.remove("/first")
        front.edge.follow(state)

    slower = threading.Thread(target=end_first)
    slower.start()
    first_has_read.wait()
    declared.remove("/second")
    front.edge.follow(state)
    slower.join()
    assert front.edge.state.zones[0].blocks == ()
