"""
Loading: ask the sources in their order, check everything together, report everything together.

The order is `Precedence`'s and fixed: explicit values, process environment, dotenv file, Key Vault, stack outputs. A source
is only asked for what no better one gave, so a vault is not contacted for what the environment has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from app_config.checking import ContractT, check
from app_config.contract import variables
from app_config.problems import Problem, SettingsError
from app_config.sources.environment import Environment
from app_config.sources.source import Given, Request, Source

_log = logging.getLogger("app_config")


@dataclass(frozen=True)
class Resolution(Generic[ContractT]):
    """
    What the sources came to.

    Attributes:
        settings: None when there are problems.
        origins: where each value came from, by variable name; a default is not listed.
        problems: everything that is wrong.
        texts: the values as given.
    """

    settings: ContractT | None
    origins: Mapping[str, str]
    problems: tuple[Problem, ...]
    texts: Mapping[str, Given]


def load(contract: type[ContractT], *sources: Source) -> ContractT:
    """
    Load settings.

    Args:
        contract: the settings class: `Settings`, `AdminSettings`, or your own of the same build.
        sources: where to look; the process environment if none is named. Their order does not matter, see `Precedence`.

    Raises:
        SettingsError: settings are missing or wrong. It names every one of them and shows no value.
    """
    resolution = resolve(contract, *sources)
    if resolution.settings is None:
        raise SettingsError(resolution.problems)
    return resolution.settings


async def aload(contract: type[ContractT], *sources: Source) -> ContractT:
    """
    Load settings without blocking the event loop; the same as `load` otherwise.

    The work is done in a thread. When the caller is cancelled, the thread ends at the sources' own time limits.
    """
    import asyncio  # noqa: PLC0415  `load` does without

    return await asyncio.to_thread(load, contract, *sources)


def resolve(contract: type[ContractT], *sources: Source, snapshots: bool = True) -> Resolution[ContractT]:
    """
    Ask the sources and check what they say; see `load`.

    Args:
        contract: the settings class.
        sources: where to look.
        snapshots: whether last good values may stand in for a vault that does not answer.
    """
    answers = _Answers()
    for source in sorted(sources or (Environment(),), key=lambda each: each.precedence):
        answers.ask(source, contract, snapshots=snapshots)
    settings, wrong = check(contract, answers.given, answers.silent(contract))
    problems = (*answers.problems, *answers.missing(contract), *wrong)
    origins = {name: given.origin for name, given in answers.given.items()}
    if problems:
        return Resolution(None, origins, problems, answers.given)
    for keep in answers.keepers:
        keep()
    _log.debug("%s loaded: %d variables given", contract.__name__, len(answers.given))
    return Resolution(settings, origins, (), answers.given)


class _Answers:
    """What the sources said so far."""

    def __init__(self) -> None:
        self.given: dict[str, Given] = {}
        self.problems: list[Problem] = []
        self.absent: dict[str, Problem] = {}
        self.spoken_for: set[str] = set()
        self.keepers: list[Callable[[], None]] = []

    def ask(self, source: Source, contract: type[ContractT], *, snapshots: bool) -> None:
        every = variables(contract)
        request = Request(
            contract=contract.__name__,
            app=str(getattr(contract, "app", "app")),
            variables=every,
            wanted=tuple(each for each in every if each.env not in self.given and each.env not in self.spoken_for),
            snapshots=snapshots,
        )
        answer = source.answer(request)
        self.given.update(answer.given)
        self.problems.extend(answer.problems)
        self.spoken_for |= {problem.variable for problem in answer.problems if problem.variable}
        self.absent |= {name: Problem(name, source.origin, text) for name, text in answer.absent.items()}
        if answer.keep:
            self.keepers.append(answer.keep)

    @property
    def incomplete(self) -> bool:
        """Whether a source failed as a whole, so that nobody knows what it would have given."""
        return any(problem.variable is None for problem in self.problems)

    def silent(self, contract: type[ContractT]) -> frozenset[str]:
        """Variables of which it need not be said that they are missing."""
        if self.incomplete:
            return frozenset(variable.env for variable in variables(contract))
        return frozenset(self.spoken_for | self.absent.keys())

    def missing(self, contract: type[ContractT]) -> list[Problem]:
        """Required variables that a source looked for in a certain place, and nobody had."""
        if self.incomplete:
            return []
        required = {each.env for each in variables(contract) if each.required}
        return [
            problem
            for name, problem in self.absent.items()
            if name in required and name not in self.given and name not in self.spoken_for
        ]
