"""Sources, their order, and the one error."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr, field_validator

from app_config import Contract, Dotenv, Environment, Explicit, Group, Precedence, SettingsError, aload, load, resolve
from app_config.problems import Problem
from app_config.settings import Settings
from app_config.sources.source import Answer, Given, Request
from tests.unit.app_config.samples import PRODUCTION, without


class NumberGroup(Group):
    one: int = 1
    two: int = 2


class Numbers(Contract):
    number: NumberGroup


@dataclass
class Told:
    """A source that gives what it is told to, and remembers what it was asked."""

    place: Precedence
    gives: dict[str, str]
    problems: tuple[Problem, ...] = ()
    absent: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def precedence(self) -> Precedence:
        return self.place

    @property
    def origin(self) -> str:
        return self.place.name

    def answer(self, request: Request) -> Answer:
        self.asked += [variable.env for variable in request.wanted]
        given = {name: Given(SecretStr(text), self.origin) for name, text in self.gives.items()}
        return Answer(
            given={name: each for name, each in given.items() if name in self.asked},
            problems=self.problems,
            absent=self.absent,
        )


def test_without_sources_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER_ONE", "11")
    assert load(Numbers).number.one == 11


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(Precedence, 2)))
def test_the_better_source_wins_however_they_are_written(better: Precedence, worse: Precedence) -> None:
    sources = Told(better, {"NUMBER_ONE": "10"}), Told(worse, {"NUMBER_ONE": "20"})
    assert load(Numbers, *sources).number.one == 10
    assert load(Numbers, *reversed(sources)).number.one == 10


def test_a_source_is_not_asked_for_what_a_better_one_gave() -> None:
    vault = Told(Precedence.KEY_VAULT, {})
    load(Numbers, Environment({"NUMBER_ONE": "1"}), vault)
    assert vault.asked == ["NUMBER_TWO"]


def test_a_value_that_failed_is_not_replaced_by_a_worse_source() -> None:
    disabled = Problem("NUMBER_ONE", "vault", "is disabled")
    found = resolve(
        Numbers, Told(Precedence.KEY_VAULT, {}, (disabled,)), Told(Precedence.STACK_OUTPUTS, {"NUMBER_ONE": "5"})
    )
    assert found.problems == (disabled,)


def test_what_one_vault_lacks_another_source_may_give() -> None:
    vault = Told(Precedence.KEY_VAULT, {}, absent={"NUMBER_ONE": "is not there"})
    assert load(Numbers, vault, Told(Precedence.STACK_OUTPUTS, {"NUMBER_ONE": "5"})).number.one == 5


def test_every_problem_is_reported_with_its_source_in_the_order_of_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "dev.env"
    file.write_text("SERVER_PORT=http\nSTORAGE_BUCKET=A_B\n")
    environ = {**without(PRODUCTION, "SERVER_PORT", "STORAGE_BUCKET", "SESSION_SECRET"), "DATABASE_POOL_SIZE": "many"}
    with pytest.raises(SettingsError) as caught:
        load(Settings, Environment(environ), Dotenv(file))
    assert str(caught.value).splitlines() == [
        "4 problems with the settings:",
        f"  SERVER_PORT ({file}, line 1) is no whole number: write digits only",
        "  DATABASE_POOL_SIZE (process environment) is no whole number: write digits only",
        f"  STORAGE_BUCKET ({file}, line 2) is no bucket name: 3 to 63 lower-case letters, digits and hyphens, none at the ends",
        "  SESSION_SECRET (no source has it) is missing: store it in Key Vault as SESSION-SECRET, or set it in the environment",
    ]


def test_when_a_source_failed_as_a_whole_its_variables_are_not_called_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings, Dotenv(tmp_path / "absent.env"))
    assert [problem.variable for problem in caught.value.problems] == [None]
    assert "does not exist" in str(caught.value)


def test_an_unknown_name_given_explicitly_is_a_problem_with_a_suggestion() -> None:
    with pytest.raises(SettingsError, match=r"is no variable of Settings: did you mean SERVER_PORT\?"):
        load(Settings, Explicit({**PRODUCTION, "SERVER_PROT": "1"}))


def test_explicit_values_may_be_of_their_own_type() -> None:
    values = {**PRODUCTION, "SERVER_PORT": 9000, "CORS_ALLOWED_ORIGINS": ["https://ignition.ecent.online"]}
    settings = load(Settings, Explicit(values))
    assert settings.server.port == 9000
    assert settings.cors.allowed_origins == ("https://ignition.ecent.online",)


def test_unknown_names_in_the_environment_are_others_business() -> None:
    assert load(Numbers, Environment({"HOME": "/"})).number.two == 2


def test_where_each_value_came_from_is_known() -> None:
    found = resolve(Numbers, Explicit({"NUMBER_ONE": 1}), Environment({"NUMBER_TWO": "2"}))
    assert found.origins == {"NUMBER_ONE": "given explicitly", "NUMBER_TWO": "process environment"}


def test_what_is_to_be_kept_is_kept_only_when_everything_is_right() -> None:
    kept: list[str] = []

    class Keeping(Told):
        def answer(self, request: Request) -> Answer:
            return Answer(keep=lambda: kept.append("kept"))

    resolve(Numbers, Environment({"NUMBER_ONE": "x"}), Keeping(Precedence.KEY_VAULT, {}))
    assert kept == []
    resolve(Numbers, Environment({}), Keeping(Precedence.KEY_VAULT, {}))
    assert kept == ["kept"]


def test_a_check_that_shows_the_value_is_not_shown() -> None:
    class Talking(Group):
        key: SecretStr

        @field_validator("key")
        @classmethod
        def _refuse(cls, value: SecretStr) -> SecretStr:
            raise ValueError(f"{value.get_secret_value()} is bad")

    class Mine(Contract):
        talking: Talking

    with pytest.raises(SettingsError) as caught:
        load(Mine, Environment({"TALKING_KEY": "hunter22"}))
    assert "hunter22" not in str(caught.value)
    assert "TALKING_KEY" in str(caught.value)


def test_loading_asynchronously_does_not_block_the_loop() -> None:
    async def both() -> tuple[int, list[str]]:
        ticks: list[str] = []
        waiting = asyncio.Event()
        loop = asyncio.get_running_loop()

        class Slow(Told):
            def answer(self, request: Request) -> Answer:
                # Only a loop that runs can set the event that this thread waits for.
                asyncio.run_coroutine_threadsafe(tick(), loop).result(timeout=30)
                return Answer()

        async def tick() -> None:
            ticks.append("tick")
            waiting.set()

        settings = await aload(Numbers, Slow(Precedence.EXPLICIT, {}))
        return settings.number.one, ticks

    assert asyncio.run(both()) == (1, ["tick"])
