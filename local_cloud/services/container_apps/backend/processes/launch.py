"""
From a declared container to the process that runs in its place: command, directory, environment, ports.

The environment is the one that Container Apps gives, and nothing of the daemon's. Starting and probing are `container`'s.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports, PortTaken, is_free, owner_of
from local_cloud.services.container_apps.backend.processes.images import Images, Mapped
from local_cloud.services.container_apps.backend.spec import Container, Override, Probe, Template

# Identity variables for an app or job, by its name and the resource ids of its identities.
IdentityEnv = Callable[[str, Sequence[str]], Mapping[str, str]]

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class ListenAddress:
    """
    The variable with the address that a process listens on; its value on this machine is `LOOPBACK`.

    Attributes:
        declared: the app's own value, right in a container; None where it declares none.
    """

    variable: str
    declared: str | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    One container's process.

    Attributes:
        name: container and replica, for messages.
        ports: where it listens, by declared port.
        port_variable: the variable that tells it so, when there is one.
        listen: the variable that tells it the address, when there is one.
        cleanup: a command that removes what an unclean end leaves; empty for plain processes.
    """

    name: str
    container: str
    argv: tuple[str, ...]
    cwd: Path
    log_file: Path
    pid_file: Path
    grace_s: float
    env: Mapping[str, str] = field(repr=False)
    probes: tuple[Probe, ...] = ()
    ports: Mapping[int, int] = field(default_factory=dict[int, int])
    port_variable: str | None = None
    listen: ListenAddress | None = None
    cleanup: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Workload:
    """
    The replica of an app or the execution of a job that a container belongs to.

    Attributes:
        name: of the app or job.
        replica: name of the replica or execution.
        variables: `CONTAINER_APP_NAME` and so on.
        target_port: the port that the app's ingress forwards to.
        secrets: values by the secret's name.
    """

    name: str
    replica: str
    identities: tuple[str, ...]
    variables: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    target_port: int | None = None
    grace_s: float = 30


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """
    Makes plans.

    Args:
        directory: logs, pid files and home directories of apps go below it.
        identity_env: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
        machine_env: what makes this machine's authority known, `SSL_CERT_FILE` say; what an app declares wins.
    """

    directory: Path
    images: Images
    ports: Ports
    identity_env: IdentityEnv
    machine_env: Mapping[str, str]

    def plan(self, workload: Workload, container: Container, *, first: bool, override: Override | None = None) -> Plan:
        """
        The process of one container.

        Args:
            workload: the replica or execution that it belongs to.
            container: as declared.
            first: whether the ingress forwards to it.
            override: what runs in its place.

        Raises:
            ImageUnmapped: nothing runs in the place of its image.
        """
        mapped = self._mapped(container, override)
        ports = self._ports(workload, container, mapped, override, first=first)
        folder = self.directory / workload.name / workload.replica
        env = self._env(workload, container, mapped, ports, override)
        argv, cwd, cleanup = self._command(
            workload, container, mapped, override, port=next(iter(ports.values()), None), env=env
        )
        return Plan(
            name=f"{workload.replica}/{container.name}",
            container=container.name,
            argv=argv,
            cwd=cwd,
            log_file=folder / f"{container.name}.log",
            pid_file=folder / f"{container.name}.pid",
            grace_s=workload.grace_s,
            env=env,
            cleanup=cleanup,
            ports=ports,
            port_variable=mapped.port if mapped is not None and ports else None,
            listen=_listen_address(container, mapped),
            probes=self._probes(workload, container, first=first),
        )

    def fixed_ports(self, template: Template, target_port: int | None, override: Override | None) -> tuple[int, ...]:
        """
        The ports on which a template's processes must listen, because their images cannot be told others.

        Raises:
            ImageUnmapped: nothing runs in the place of an image.
        """
        found: list[int] = []
        for at, container in enumerate(template.containers):
            own = override if at == 0 else None
            declared = _declared_port(container, target_port if at == 0 else None)
            if declared is not None and not _tells_port(self._mapped(container, own), own):
                found.append(declared)
        return tuple(found)

    def mapped(self, template: Template, override: Override | None) -> tuple[Mapped | None, ...]:
        """
        The entries of the images file that a template's containers run by; None for a container engine.

        Raises:
            ImageUnmapped: nothing runs in the place of an image.
        """
        return tuple(
            self._mapped(container, override if at == 0 else None) for at, container in enumerate(template.containers)
        )

    def forget_ports(self, workload: str, replica: str) -> None:
        """Give up the ports of a replica that is gone for good."""
        for name in self.ports.recorded():
            if name.startswith(f"{workload}/{replica}/"):
                self.ports.forget(name)

    def forget(self, workload: str) -> None:
        """Delete the ports, logs and home directories of an app or job."""
        for name in self.ports.recorded():
            if name.startswith(f"{workload}/"):
                self.ports.forget(name)
        shutil.rmtree(self.directory / workload, ignore_errors=True)

    def require_free(self, workload: str, ports: Sequence[int]) -> None:
        """
        Check that no other process listens on the fixed ports of an image.

        Raises:
            PortTaken: another process does.
        """
        for port in ports:
            if not is_free(port):
                owner = owner_of(port) or "another process"
                raise PortTaken(
                    f"port {port} of {workload} is taken by {owner}: end it, or let the image's entry in "
                    f"{self.images.file} name the variable with the port (`port: SERVER_PORT`)"
                )

    def _mapped(self, container: Container, override: Override | None) -> Mapped | None:
        if override is None:
            return self.images.find(container.image, container=container.name)
        try:
            return self.images.find(container.image, container=container.name)
        except BackendError:
            return None  # the developer's command needs no mapping

    def _ports(
        self, workload: Workload, container: Container, mapped: Mapped | None, override: Override | None, *, first: bool
    ) -> dict[int, int]:
        declared = _declared_port(container, workload.target_port if first else None)
        if declared is None:
            return {}
        if not _tells_port(mapped, override):
            return {declared: declared}
        return {declared: self.ports.port(f"{workload.name}/{workload.replica}/{container.name}")}

    def _env(
        self,
        workload: Workload,
        container: Container,
        mapped: Mapped | None,
        ports: Mapping[int, int],
        override: Override | None,
    ) -> dict[str, str]:
        home = self.directory / workload.name / "home"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        declared = {
            each.name: workload.secrets[each.secret_ref] if each.secret_ref is not None else each.value or ""
            for each in container.env
        }
        port = next(iter(ports.values()), None)
        told = {mapped.port: str(port)} if mapped is not None and mapped.port and port is not None else {}
        if mapped is not None and mapped.listen:
            told[mapped.listen] = LOOPBACK
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
        own = dict(mapped.env) if mapped is not None else {}
        return {
            "PATH": path,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            **dict(override.tools if override is not None else ()),
            **self.machine_env,
            **{name: self._filled([value], port, {"{path}": path})[0] for name, value in own.items()},
            **workload.variables,
            **(self.identity_env(workload.name, workload.identities) if workload.identities else {}),
            **declared,
            **told,
        }

    def _command(
        self,
        workload: Workload,
        container: Container,
        mapped: Mapped | None,
        override: Override | None,
        *,
        port: int | None,
        env: Mapping[str, str],
    ) -> tuple[tuple[str, ...], Path, tuple[str, ...]]:
        if override is not None:
            return self._filled(override.command, port), Path(override.cwd or self.images.file.parent), ()
        if mapped is not None:
            own = (*container.command, *container.args)
            words = own if container.command else (*mapped.command, *container.args)
            return self._filled(words, port), self.images.directory(mapped), ()
        return self._in_engine(workload, container, env)

    def _in_engine(
        self, workload: Workload, container: Container, env: Mapping[str, str]
    ) -> tuple[tuple[str, ...], Path, tuple[str, ...]]:
        """A container of docker or podman in the host's network, where it finds the local parts on loopback."""
        engine = self.images.engine or ""
        name = f"{workload.replica}-{container.name}"
        given = {each.name for each in container.env} | {*workload.variables} | {"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}
        # Named, not valued: the engine takes the values from its own environment, so that none is in a command line.
        variables = [word for each in sorted(given & env.keys()) for word in ("--env", each)]
        entry = ["--entrypoint", container.command[0]] if container.command else []
        argv = [engine, "run", "--rm", "--name", name, "--network", "host", *variables, *entry, container.image]
        return (*argv, *container.command[1:], *container.args), self.directory, (engine, "rm", "--force", name)

    def _filled(self, words: Sequence[str], port: int | None, more: Mapping[str, str] | None = None) -> tuple[str, ...]:
        programs = {f"{{{name}}}": str(directory) for name, directory in self.images.programs.items()}
        places = {"{python}": sys.executable, "{port}": str(port or ""), **programs, **(more or {})}
        filled: list[str] = []
        for word in words:
            for place, value in places.items():
                word = word.replace(place, value)  # noqa: PLW2901  one place after the other
            filled.append(word)
        return tuple(filled)

    @staticmethod
    def _probes(workload: Workload, container: Container, *, first: bool) -> tuple[Probe, ...]:
        """What is declared, and for the ingress's container what the platform adds where nothing is."""
        if not first or workload.target_port is None:
            return container.probes
        kinds = {probe.type for probe in container.probes}
        return (
            *container.probes,
            *(probe for probe in _default_probes(workload.target_port) if probe.type not in kinds),
        )


def _listen_address(container: Container, mapped: Mapped | None) -> ListenAddress | None:
    if mapped is None or mapped.listen is None:
        return None
    declared = next((each.value for each in container.env if each.name == mapped.listen), None)
    return ListenAddress(mapped.listen, declared)


def _declared_port(container: Container, target_port: int | None) -> int | None:
    """The port that a container is meant to listen on: the ingress's, else that of its probes."""
    return target_port if target_port is not None else next((probe.port for probe in container.probes), None)


def _tells_port(mapped: Mapped | None, override: Override | None) -> bool:
    if override is not None and any("{port}" in word for word in override.command):
        return True
    return mapped is not None and mapped.tells_port


def _default_probes(port: int) -> tuple[Probe, ...]:
    # https://learn.microsoft.com/azure/container-apps/health-probes#default-configuration
    return (
        Probe(type="Startup", tcp_port=port, initial_delay_s=1, period_s=1, timeout_s=3, failure_threshold=240),
        Probe(type="Readiness", tcp_port=port, initial_delay_s=3, period_s=5, timeout_s=5, failure_threshold=48),
    )


def words_of(command: str) -> tuple[str, ...]:
    """
    The words of a command as a person types it.

    Raises:
        BackendError: a quote is not closed, or there is nothing.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise BackendError(f"the command {command!r} cannot be read ({error}): close its quotes") from None
    if not words:
        raise BackendError("the command is empty: give the words that start the backend")
    return words
