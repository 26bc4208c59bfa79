"""What the policy pack of a project says of a preview, with what the project accepts taken out."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

import yaml

from local_cloud.language_host.host import EndedRun, ModuleError
from local_cloud.policies.analyzer import Request, Violation
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.plan.judge import PackError
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.report import PACK, PolicyViolation
from local_cloud.server.plan.sessions import EngineRun

FOLDER: Final = "policy"
_MANIFEST: Final = "PulumiPolicy.yaml"
_ANALYZER: Final = "local_cloud.policies.analyzer"
_EXCEPTIONS_VARIABLE: Final = "IGNITION_POLICY_EXCEPTIONS"


class RunModule(Protocol):
    """Runs a module in another process and returns what it prints; `LanguageHost.run_module`."""

    def __call__(self, module: str, *arguments: str, given: str = "", **environment: str) -> bytes:
        """What the module prints."""
        ...


class Review:
    """
    Runs the pack in the `policy` folder of a project.

    Args:
        run_module: runs a module in a process that has the SDKs imported.
    """

    def __init__(self, run_module: RunModule) -> None:
        self._run_module = run_module

    def violations(self, ended: EndedRun, plan: Plan, run: EngineRun, engine: EngineLog) -> list[PolicyViolation]:
        """
        What the pack says, and the project does not accept; none where the project has no pack.

        The report and the engine's log get them too, except that the engine is told nothing of a pack that it runs itself.

        Raises:
            PackError: the pack did not run.
            ExceptionsError: the file of accepted exceptions cannot be used.
        """
        pack = _pack(ended.info.root_directory)
        if pack is None:
            return []
        answer = self._answer(pack, ended)
        if answer["error"]:
            raise PackError(f"the policy pack {pack} cannot be used: {answer['error']}")
        run.report.add(PACK, pack=answer["pack"], policies=answer["policies"], not_run=answer["not_run"])
        itself = pack in ended.policy_packs
        found = list(_judged(answer, plan, run, None if itself else engine))
        for each in found:
            run.report.policy(each)
            if not itself:
                (engine.warning if each.warning else engine.error)(each.urn, _said(each))
        if not itself:
            for message in answer["not_run"]:
                engine.info("", message)
        return [] if itself else found

    def _answer(self, pack: Path, ended: EndedRun) -> Any:
        request = Request(
            pack=str(pack),
            project=ended.info.project,
            stack=ended.info.stack,
            organization=ended.organization,
            config=ended.info.config,
            registrations=base64.b64encode(ended.registrations).decode(),
            whole=ended.succeeded,
        )
        try:
            printed = self._run_module(_ANALYZER, given=json.dumps(asdict(request)), **{_EXCEPTIONS_VARIABLE: "host"})
        except ModuleError as error:
            raise PackError(f"the policy pack {pack} did not run to its end: {error}") from error
        return json.loads(printed)


def _pack(root: Path) -> Path | None:
    """The pack of a project, where it has one in Python."""
    pack = root / FOLDER
    try:
        manifest: Any = yaml.safe_load((pack / _MANIFEST).read_text(encoding="utf-8"))
        runtime = manifest["runtime"]
        name = runtime if isinstance(runtime, str) else runtime["name"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise PackError(f"{pack / _MANIFEST} names no runtime: write `runtime: python` ({error})") from error
    return pack if name == "python" else None


def _judged(answer: Any, plan: Plan, run: EngineRun, engine: EngineLog | None) -> Iterator[PolicyViolation]:
    for each in (Violation(**violation) for violation in answer["violations"]):
        planned = plan.by_urn.get(each.urn)
        position = planned.position if planned is not None else None
        verdict = run.policy_verdict(each.policy, each.urn, " ".join(each.message.split("\n")))
        if verdict.reason is not None:
            yield PolicyViolation(
                rule=each.policy,
                urn=each.urn,
                token=planned.token if planned is not None else "",
                path="",
                message=verdict.reason,
                remedy=each.remedy,
                source=each.source,
                file=position.file if position else "",
                line=position.line if position else 0,
                warning=not each.mandatory,
                pack=answer["pack"],
                severity=each.severity,
            )
        elif verdict.accepted is not None and engine is not None:
            entry = verdict.accepted
            engine.info(
                each.urn, f"accepted exception from policy {each.policy}: {entry.reason} (until {entry.expires})"
            )


def _said(each: PolicyViolation) -> str:
    level = "advisory" if each.warning else "mandatory"
    where = f" [{each.file}:{each.line}]" if each.file else ""
    return f"policy {each.rule} ({', '.join(filter(None, (each.severity, level)))}): {each.message}{where}"
