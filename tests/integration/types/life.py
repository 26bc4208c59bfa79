"""
One life of every type at once: made, looked at again, changed, imported and ended by the real engine.

`python -m tests.integration.types.life DIRECTORY` runs it in a process of its own, as the daemon has one: there gRPC is told to keep out of
the forks that start parts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from local_cloud.catalog import PACKAGES
from local_cloud.records import Record
from local_cloud.runtime.errors import BackendError
from local_cloud.server.resource_types.resource import Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call
from tests.integration.types import behind, looks
from tests.integration.types.world import APP_IMAGE, AZURE, JOB_IMAGE, TYPES, ZONE, changes, declared
from tests.support.program_text import Declared, program_text
from tests.support.real_cloud import Ran, RealCloud, real_cloud

ROOT = Path(__file__).parents[3]
_FILE = "life.json"
_SAMPLE = Path(__file__).parents[1] / "container_apps" / "sample.py"


@dataclass
class Stage:
    """
    What one or several runs of the engine came to, by the resources' names in the program.

    Attributes:
        said: what it printed.
        done: what was done to each resource, `create`, `update`, ...; an operation that failed is not among them.
        diffs: the properties that differed, without what lies below them.
        errors: what the engine said about each.
        looked: what was wrong at each real part afterwards, None where it was as declared.
    """

    said: str = ""
    done: dict[str, list[str]] = field(default_factory=dict)
    diffs: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    looked: dict[str, str | None] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        """What was done to a resource, apart from leaving it as it is in runs that were for others."""
        listed = self.done.get(name, [])
        return [each for each in listed if each != "same"] or listed[:1]

    def why(self, name: str) -> str:
        """What is known of a resource; of all of them where the engine said nothing of this one."""
        others = [f"{each}: {text}" for each, texts in self.errors.items() for text in texts]
        said = self.errors.get(name) or ["nothing was said of it; of others:", *others, self.said[-2000:]]
        return "\n".join([f"{name}: {self.of(name)} for {self.diffs.get(name, [])}", *said])


@dataclass
class Behind:
    """
    What happened to parts behind the engine's back.

    Attributes:
        refreshed: what a refresh showed of it.
        restored: what the next run did about it.
        again: what a refresh after that showed.
    """

    refreshed: Stage
    restored: Stage
    again: Stage


@dataclass
class Life:
    """
    The stages in their order.

    Attributes:
        behind: by what happened: `changed`, `removed`, and `contained` when what others are in was removed.
        made_twice: what is wrong with the answer where a type was made once more for the same resource.
        in_force: what was found at the parts of types that leave theirs behind, right after their end.
        ended_twice: what a type said when it was ended once more.
        wanted: the properties that were to change, None for a type of which none can.
        left: what the cloud's records still held at the end.
        replaced: afterwards, two identities that another location replaces: `named` by the program, and not.
        there_after: the identities that get tokens after it.
    """

    made: Stage
    made_twice: Mapping[str, str]
    refreshed: Stage
    again: Stage
    behind: Mapping[str, Behind]
    changed: Stage
    refreshed_after_change: Stage
    imported: Stage
    again_after_import: Stage
    ended: Stage
    in_force: Mapping[str, str | None]
    ended_twice: Mapping[str, str]
    wanted: Mapping[str, list[str] | None]
    left: list[str]
    replaced: Stage
    there_after: list[str]

    @classmethod
    def run(cls, directory: Path) -> Life:
        """Runs it in a process of its own."""
        subprocess.run(
            [sys.executable, "-m", __name__, directory],
            cwd=ROOT,
            env=os.environ | {"GRPC_ENABLE_FORK_SUPPORT": "false", "GRPC_VERBOSITY": "ERROR"},
            check=True,
        )
        told = json.loads((directory / _FILE).read_text())
        stages = {each.name for each in fields(cls) if each.type == "Stage"}
        told["behind"] = {
            name: Behind(**{part: Stage(**stage) for part, stage in each.items()})
            for name, each in told["behind"].items()
        }
        return cls(**{name: Stage(**each) if name in stages else each for name, each in told.items()})


def live(cloud: RealCloud) -> Life:
    """Runs it."""
    parts = cloud.parts
    cloud.write_program(program_text(declared(parts)))
    made = _looked(cloud, _run(cloud, "up", "--continue-on-error"))
    made_twice = _make_again(cloud)
    refreshed = _run(cloud, "refresh")
    again = _run(cloud, "up")
    behind_its_back = {
        "changed": _behind(cloud, {token: each.act for token, each in behind.CHANGES.items()}),
        "removed": _behind(cloud, behind.REMOVALS),
        "contained": _behind(cloud, {token: each.act for token, each in behind.CONTAINERS.items()}),
    }
    cloud.write_program(program_text(declared(parts, changed=True)))
    changed = _looked(cloud, _run(cloud, "up", "--continue-on-error"))
    refreshed_after_change = _run(cloud, "refresh")
    imported, again_after_import = _import_everything(cloud)
    records = parts.records.all()
    ended, in_force = _end(cloud, {each.urn: each.resource for each in records})
    left = [each.urn for each in parts.records.all()]
    ended_twice = _end_again(cloud, records)
    replaced, there_after = _replace(cloud)
    return Life(
        made=made,
        made_twice=made_twice,
        refreshed=refreshed,
        again=again,
        behind=behind_its_back,
        changed=changed,
        refreshed_after_change=refreshed_after_change,
        imported=imported,
        again_after_import=again_after_import,
        ended=ended,
        in_force=in_force,
        ended_twice=ended_twice,
        wanted={token: None if each is None else sorted(map(_top, each)) for token, each in changes(parts).items()},
        left=left,
        replaced=replaced,
        there_after=there_after,
    )


def _make_again(cloud: RealCloud) -> dict[str, str]:
    """As after an engine that was killed between the create and its checkpoint."""
    wrong: dict[str, str] = {}
    unnoted = replace(cloud.cloud, checkpoint=cloud.state / "nowhere")
    for each in cloud.parts.records.all():
        try:
            second = TYPES[each.token].create(Call(unnoted, each.urn, AZURE), each.resource.inputs)
        except (Refusal, BackendError) as error:
            wrong[_name(each.urn)] = str(error)
            continue
        before, after = each.resource.outputs, second.outputs
        differing = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
        if differing or second.id != each.resource.id:
            wrong[_name(each.urn)] = f"other outputs than before: {differing or 'the id'}"
    return wrong


def _behind(cloud: RealCloud, acts: Mapping[str, behind.Act]) -> Behind:
    """Something happens to parts, those first that need others; a refresh, the next run, and a look at everything."""
    known = {each.urn: each.resource for each in cloud.parts.records.all()}
    for each in reversed(declared(cloud.parts)):
        if each.name in acts:
            acts[each.name](looks.seen_of(cloud, each.name, known))
    refreshed = _run(cloud, "refresh")
    restored = _looked(cloud, _run(cloud, "up", "--continue-on-error"))
    return Behind(refreshed, restored, _run(cloud, "refresh"))


def _end_again(cloud: RealCloud, records: Iterable[Record]) -> dict[str, str]:
    """As after an engine that was killed between the delete and its checkpoint, with everything around it gone by now."""
    wrong: dict[str, str] = {}
    for each in records:
        try:
            TYPES[each.token].delete(Call(cloud.cloud, each.urn, AZURE), each.resource)
        except (Refusal, BackendError) as error:
            wrong[_name(each.urn)] = str(error)
    return wrong


def _end(cloud: RealCloud, known: Mapping[str, Resource]) -> tuple[Stage, dict[str, str | None]]:
    """
    Ends first what nothing else needs, then what is not needed any more, and so on.

    So each part is looked for while what it was in is still there: a database on its server, a role on its vault.
    """
    stage = Stage()
    rest = declared(cloud.parts, changed=True)
    while any(each.name in TYPES for each in rest):
        needed = {name for each in rest for name in each.after}
        ending = {each.name for each in rest if each.name not in needed and not _is_for_hosts(each)}
        rest = [each for each in rest if each.name not in ending]
        if any(each.name in TYPES for each in rest):
            cloud.write_program(program_text(rest))
            _note_run(stage, cloud.run_program("up", "--continue-on-error"))
        else:
            _note_run(stage, cloud.run_program("destroy", "--continue-on-error"))
        stage.looked |= {token: looks.at(cloud, token, known) for token in looks.PARTS if token in ending}
    in_force = {token: stage.looked[token] for token in looks.LEFT_IN_FORCE}
    stage.looked |= {token: looks.at(cloud, token, known) for token in looks.LEFT_IN_FORCE}
    return stage, in_force


def _is_for_hosts(declared_one: Declared) -> bool:
    """A record beside the examples, which hosts need to the end though nothing names it."""
    return declared_one.name not in TYPES and declared_one.resource_type.token.endswith(":DnsRecord")


def _replace(cloud: RealCloud) -> tuple[Stage, list[str]]:
    """Two identities move to another location."""
    identity = TYPES["azure-native:managedidentity:UserAssignedIdentity"]

    def program(location: str) -> str:
        inputs = {"resourceGroupName": "rg-ignition-dev", "location": location}
        named = Declared(identity, "named", {**inputs, "resourceName": "id-named"})
        return program_text([named, Declared(identity, "unnamed", inputs)])

    cloud.write_program(program("westeurope"))
    cloud.run_program("up")
    cloud.write_program(program("northeurope"))
    replaced = _run(cloud, "up")
    principals = cloud.parts.identity.principals
    there = sorted(_name(each.urn) for each in cloud.parts.records.all() if principals.find(each.resource.id))
    cloud.run_program("destroy")
    return replaced, there


def _looked(cloud: RealCloud, stage: Stage) -> Stage:
    known = {each.urn: each.resource for each in cloud.parts.records.all()}
    stage.looked = {token: looks.at(cloud, token, known) for token in TYPES if token in looks.ALL}
    return stage


def _import_everything(cloud: RealCloud) -> tuple[Stage, Stage]:
    """Loses the stack's state, imports every resource by its id and runs the program; then the old state is put back."""
    kept = cloud.engine("stack", "export").output
    resources = [each for each in json.loads(kept)["deployment"].get("resources", []) if each["type"] in TYPES]
    empty = json.loads(kept)
    empty["deployment"]["resources"] = []
    cloud.engine("stack", "import", text_in=json.dumps(empty))
    listed = [
        {"type": each["type"], "name": _name(each["urn"]), "id": each["id"], "version": _version(each["type"])}
        for each in resources
    ]
    file = cloud.state / "import.json"
    file.write_text(json.dumps({"resources": listed}))
    imported = _run(cloud, "import", "--file", str(file), "--protect=false", "--generate-code=false")
    again = _run(cloud, "up")
    cloud.engine("stack", "import", text_in=kept)
    return imported, again


def _version(token: str) -> str:
    return next(package.version for package in PACKAGES if token in package.by_token())


def _run(cloud: RealCloud, command: str, *arguments: str) -> Stage:
    stage = Stage()
    _note_run(stage, cloud.run_program(command, *arguments))
    return stage


def _note_run(stage: Stage, ran: Ran) -> None:
    stage.said += ran.output
    for event in ran.events:
        for kind in ("resourcePreEvent", "resOutputsEvent"):
            metadata = (event.get(kind) or {}).get("metadata") or {}
            if metadata:
                name = _name(metadata["urn"])
                differing = {*stage.diffs.get(name, []), *map(_top, metadata.get("detailedDiff") or {})}
                stage.diffs[name] = sorted(differing)
                if kind == "resOutputsEvent":
                    stage.done.setdefault(name, []).append(metadata["op"])
        diagnostic = event.get("diagnosticEvent") or {}
        if diagnostic.get("severity") == "error":
            stage.errors.setdefault(_name(diagnostic.get("urn", "")), []).append(diagnostic["message"])


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _top(path: str) -> str:
    """The property that a path begins with."""
    return path.partition(".")[0].partition("[")[0]


def main(directory: Path) -> None:
    """Runs it and writes down what became of it."""
    images = [
        {"image": APP_IMAGE, "command": f"{sys.executable} -I -S {_SAMPLE}", "port": "SERVER_PORT"},
        {"image": JOB_IMAGE, "command": "/bin/sh -c 'echo $VERSION $DATABASE_URL'"},
    ]
    config = {f"azure-native:{name}": value for name, value in AZURE.items()}
    with real_cloud(directory, zone=ZONE, images=images, config=config) as cloud:
        life = live(cloud)
    (directory / _FILE).write_text(json.dumps(asdict(life), indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
