"""
The platform's program with what its configuration cannot say: a job beside the api.

It is said in `Pulumi.local.yaml` below `rollouts:`, so that tests change configuration and run `ignition up` as for anything else.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections import Counter
from pathlib import Path
from typing import Any, Final, Self

import httpx
import yaml

from local_cloud.daemon.control.client import connect
from tests.support.local_platform import LocalPlatform

HOST: Final = "api.ecent.online"
JOB: Final = "ignition-local-statement"

_PROGRAM: Final = f'''
import pulumi
import pulumi_azure_native as azure

from infra.__main__ import main

wishes = pulumi.Config("rollouts")
api = {{}}


def noticed(args):
    if (args.type_, args.name) == ("azure-native:app:ContainerApp", "api-app"):
        api.update(args.props, itself=args.resource)


pulumi.runtime.register_stack_transformation(noticed)
main()
if command := wishes.get_object("job"):
    configuration, (container,) = api["configuration"], api["template"].containers
    azure.app.Job(
        "statement",
        job_name="{JOB}",
        resource_group_name=api["resource_group_name"],
        location=api["location"],
        environment_id=api["environment_id"],
        identity=api["identity"],
        configuration=azure.app.JobConfigurationArgs(
            trigger_type="Manual",
            manual_trigger_config=azure.app.JobConfigurationManualTriggerConfigArgs(parallelism=1),
            replica_timeout=60,
            secrets=configuration.secrets,
            # Left out, the job's code gets tokens of the api's identity, which the api's own code does not.
            identity_settings=None if wishes.get_bool("tokens") else configuration.identity_settings,
        ),
        template=azure.app.JobTemplateArgs(
            containers=[
                azure.app.ContainerArgs(
                    name="statement",
                    image=container.image,
                    command=command,
                    env=container.env,
                    resources=container.resources,
                )
            ]
        ),
        opts=pulumi.ResourceOptions(parent=api["itself"]),  # whose provider it shares
    )
'''


def make(directory: Path) -> LocalPlatform:
    """A project with that program."""
    platform = LocalPlatform.make(directory)
    program = platform.project / "rollouts" / "__main__.py"
    program.parent.mkdir()
    program.write_text(_PROGRAM)
    file = platform.project / "Pulumi.yaml"
    file.write_text(file.read_text().replace("main: infra", "main: rollouts"))
    return platform


def wish(platform: LocalPlatform, key: str, value: Any) -> None:
    """Changes the configuration of that program; None takes a key out."""
    file = platform.project / "Pulumi.local.yaml"
    document = yaml.safe_load(file.read_text())
    document["config"][f"rollouts:{key}"] = value
    document["config"] = {name: each for name, each in document["config"].items() if each is not None}
    file.write_text(yaml.safe_dump(document, sort_keys=False))


def revisions(platform: LocalPlatform) -> dict[str, tuple[bool, int]]:
    """The api's revisions as the console shows them: whether each runs, and its share of the traffic."""
    console = connect(platform.state)
    assert console is not None
    row = r'<th scope="row">(.*)</th>\n<td>.*</td>\n<td>(yes|no)</td>\n<td class="number">(\d+) %</td>'
    found = re.findall(row, "\n".join(console.lines("/apps/api")))
    return {name: (runs == "yes", int(weight)) for name, runs, weight in found}


def client(platform: LocalPlatform, *, http2: bool = True) -> httpx.Client:
    """A client of the api at the local edge, TLS verified; its requests need `extensions` to name the host in the handshake."""
    status = platform.status()
    return httpx.Client(
        base_url=f"https://{status['endpoints']['api']['address']}",
        headers={"Host": HOST},
        verify=tls(platform),
        http2=http2,
        trust_env=False,
        timeout=120,
    )


def tls(platform: LocalPlatform) -> ssl.SSLContext:
    """Trusts the platform's authority alone."""
    return ssl.create_default_context(cafile=platform.status()["ca_file"])


def answered_by(platform: LocalPlatform, requests: int) -> Counter[str]:
    """Which revisions answer, over one connection."""
    with client(platform) as open_client:
        return Counter(ask(open_client)[1] for _ in range(requests))


def ask(open_client: httpx.Client) -> tuple[int, str]:
    """One request: status, and revision or what was answered instead."""
    answer = open_client.get("/health", extensions={"sni_hostname": HOST})
    return answer.status_code, answer.json()["revision"] if answer.status_code == 200 else answer.text


class Visitors:
    """
    People who ask the api without a pause while something else happens, one who stays connected and one who comes anew each time.

    Attributes:
        seen: how often each answer came: status and revision, or the client's error.
    """

    def __init__(self, platform: LocalPlatform) -> None:
        self.seen: Counter[tuple[int, str]] = Counter()
        self._platform = platform
        self._done = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._stay, self._come_anew)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _stay(self) -> None:
        with client(self._platform) as open_client:
            while not self._done.is_set():
                self._ask(open_client)

    def _come_anew(self) -> None:
        while not self._done.is_set():
            with client(self._platform, http2=False) as open_client:
                self._ask(open_client)

    def _ask(self, open_client: httpx.Client) -> None:
        try:
            self.seen[ask(open_client)] += 1
        except httpx.TransportError as error:
            self.seen[0, repr(error)] += 1
