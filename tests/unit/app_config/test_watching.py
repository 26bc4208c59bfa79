"""Watching, with an environment that a test changes."""

from __future__ import annotations

import logging
import threading

import pytest

from app_config import Environment, SettingsError, watch
from tests.support.waiting import until
from tests.unit.app_config.test_loading import Numbers


def test_a_change_is_handed_over_with_the_names_that_changed() -> None:
    environ = {"NUMBER_ONE": "1"}
    seen: list[tuple[int, frozenset[str]]] = []
    with watch(
        Numbers,
        Environment(environ),
        on_change=lambda new, names: seen.append((new.number.one, names)),
        interval_s=0.01,
    ) as current:
        environ["NUMBER_ONE"] = "5"
        until(lambda: seen)
        assert current.settings.number.one == 5
    assert seen == [(5, frozenset({"NUMBER_ONE"}))]


def test_nothing_is_said_when_nothing_changed() -> None:
    seen: list[object] = []
    with watch(Numbers, Environment({}), on_change=lambda *each: seen.append(each), interval_s=3600) as current:
        assert not current.poll()
    assert seen == []


def test_what_is_wrong_at_the_start_is_raised() -> None:
    with pytest.raises(SettingsError, match="NUMBER_ONE"):
        watch(Numbers, Environment({"NUMBER_ONE": "x"}), on_change=lambda *_: None)


def test_what_is_wrong_later_is_logged_and_the_old_settings_stay(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"NUMBER_ONE": "1"}
    with watch(Numbers, Environment(environ), on_change=lambda *_: None, interval_s=3600) as current:
        environ["NUMBER_ONE"] = "hunter2"
        assert not current.poll()
        assert current.settings.number.one == 1
    assert "The old settings stay" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_callback_that_fails_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"NUMBER_ONE": "1"}
    seen: list[int] = []

    def changed(new: Numbers, _: frozenset[str]) -> None:
        seen.append(new.number.one)
        if new.number.one == 2:
            raise RuntimeError("the pool could not be made")

    with caplog.at_level(logging.ERROR), watch(Numbers, Environment(environ), on_change=changed, interval_s=0.01):
        environ["NUMBER_ONE"] = "2"
        until(lambda: 2 in seen)
        environ["NUMBER_ONE"] = "3"
        until(lambda: 3 in seen)
    assert "A callback of the settings' watch failed" in caplog.text


def test_a_watch_can_be_stopped_from_its_own_callback() -> None:
    environ: dict[str, str] = {}
    stopped = threading.Event()

    def changed(_: Numbers, __: frozenset[str]) -> None:
        current.stop()
        stopped.set()

    current = watch(Numbers, Environment(environ), on_change=changed, interval_s=0.01)
    environ["NUMBER_ONE"] = "2"
    until(stopped.is_set)
    until(lambda: not any(each.name == "app-config-watch" for each in threading.enumerate()))


@pytest.mark.parametrize(("interval_s", "jitter"), [(0, 0.2), (-1, 0.2), (1, 1), (1, -0.1)])
def test_an_interval_that_makes_no_sense_is_refused(interval_s: float, jitter: float) -> None:
    with pytest.raises(ValueError, match="use an interval above 0"):
        watch(Numbers, Environment({}), on_change=lambda *_: None, interval_s=interval_s, jitter=jitter)
