"""Many secrets at once, with a reader that does what a test wants."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from pydantic import SecretStr

from app_config.vault.addresses import SecretAddress
from app_config.vault.fetching import _persist, _Round, fetch
from app_config.vault.outcomes import Failed, Failure, Fetched, Outcome
from tests.support.waiting import until

HERE, THERE = "https://here.example", "https://there.example"
ADDRESSES = [SecretAddress(HERE, f"S{number}") for number in range(40)]
FOUND = Fetched(SecretStr("v"), "1")


class Reader:
    """Answers by a function, and counts who is inside."""

    def __init__(self, answer: Callable[[SecretAddress], Outcome]) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.inside = 0
        self.most_inside = 0

    def read(self, address: SecretAddress, *, timeout_s: float) -> Outcome:
        with self._lock:
            self.asked[address.name] += 1
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        try:
            return self._answer(address)
        finally:
            with self._lock:
                self.inside -= 1


def fetched(reader: Reader, addresses: list[SecretAddress] = ADDRESSES, limit_s: float = 60) -> dict[str, Outcome]:
    outcomes = fetch(addresses, reader, in_flight=8, time_limit_s=limit_s)
    return {address.name: outcome for address, outcome in outcomes.items()}


def test_every_secret_is_asked_for_once_and_never_more_than_allowed_at_a_time() -> None:
    def answer(address: SecretAddress) -> Outcome:
        if address.name != "S0":
            until(lambda: reader.most_inside >= 8, "eight requests in flight")
        return FOUND

    reader = Reader(answer)
    assert set(fetched(reader).values()) == {FOUND}
    assert set(reader.asked.values()) == {1}
    assert reader.most_inside == 8


def test_the_first_secret_is_fetched_alone_so_that_one_token_is_asked_for() -> None:
    alone: list[int] = []

    def answer(address: SecretAddress) -> Outcome:
        if address.name == "S0":
            alone.append(reader.inside)
            alone.append(reader.asked.total())
        return FOUND

    reader = Reader(answer)
    fetched(reader)
    assert alone == [1, 1]


def test_a_vault_that_nobody_reaches_is_not_asked_again_for_every_secret() -> None:
    dead = Failed(Failure.UNREACHABLE, "no connection", whole_vault=True)
    reader = Reader(lambda address: dead if address.vault == HERE else FOUND)
    outcomes = fetched(reader, [*ADDRESSES, SecretAddress(THERE, "T")])
    assert reader.asked == {"S0": 1, "T": 1}
    assert outcomes["S39"] == dead
    assert outcomes["T"] == FOUND


def test_one_that_is_throttled_makes_everybody_wait() -> None:
    throttled = Failed(Failure.THROTTLED, "429", retry_after_s=0.2, again=True)
    answers = iter([throttled, FOUND])
    began = time.monotonic()
    shared = _Round(deadline=began + 60)
    assert _persist(ADDRESSES[0], Reader(lambda _: next(answers)), shared) == FOUND
    assert shared.not_before >= began + 0.2


def test_nobody_asks_before_the_service_allows_it() -> None:
    allowed = time.monotonic() + 0.2
    asked: list[float] = []
    shared = _Round(deadline=allowed + 60, not_before=allowed)
    _persist(ADDRESSES[0], Reader(lambda _: (asked.append(time.monotonic()), FOUND)[1]), shared)
    assert asked[0] >= allowed


def test_a_wait_that_outlasts_the_time_limit_is_not_begun() -> None:
    throttled = Failed(Failure.THROTTLED, "429", retry_after_s=3600, again=True)
    reader = Reader(lambda _: throttled)
    assert set(fetched(reader).values()) == {throttled}
    # Those that were in flight together may each have been told; nobody asked twice.
    assert set(reader.asked.values()) == {1}


def test_an_unavailable_vault_is_tried_a_few_times() -> None:
    away = Failed(Failure.UNREACHABLE, "503", again=True, retry_after_s=0.0)
    reader = Reader(lambda _: away)
    assert fetched(reader, ADDRESSES[:1]) == {"S0": away}
    assert reader.asked == {"S0": 4}


def test_a_decision_is_not_asked_for_twice() -> None:
    forbidden = Failed(Failure.FORBIDDEN, "no")
    reader = Reader(lambda _: forbidden)
    fetched(reader)
    assert set(reader.asked.values()) == {1}


def test_what_hangs_is_left_behind_at_the_time_limit() -> None:
    release = threading.Event()
    reader = Reader(lambda address: (release.wait(), FOUND)[1] if address.name == "S3" else FOUND)
    outcomes = fetched(reader, limit_s=0.5)
    late = outcomes.pop("S3")
    assert isinstance(late, Failed)
    assert late.failure is Failure.UNREACHABLE
    assert "within 0.5 s" in late.text
    assert set(outcomes.values()) == {FOUND}
    release.set()
    until(lambda: not any(each.name.startswith("app-config-vault") for each in threading.enumerate()))


def test_one_address_for_two_variables_is_fetched_once() -> None:
    reader = Reader(lambda _: FOUND)
    fetched(reader, [ADDRESSES[0], ADDRESSES[0]])
    assert reader.asked == {"S0": 1}
