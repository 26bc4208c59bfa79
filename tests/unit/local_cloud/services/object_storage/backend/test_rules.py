"""When lifecycle rules end something and lock rules hold it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local_cloud.services.object_storage.backend.rules import LifecycleRule, LockRule

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def _after(**time: float) -> datetime:
    return MADE + timedelta(**time)


@pytest.mark.parametrize(("now", "ended"), [(_after(seconds=59), False), (_after(seconds=60), True)])
def test_an_object_ends_when_it_reaches_its_age(now: datetime, ended: bool) -> None:
    assert LifecycleRule(id="x", delete_after_s=60).ends_object("k", MADE, now) is ended


@pytest.mark.parametrize(("now", "ended"), [(_after(days=1), False), (_after(days=2), True)])
def test_an_object_ends_on_its_day(now: datetime, ended: bool) -> None:
    assert LifecycleRule(id="x", delete_on=_after(days=2)).ends_object("k", MADE, now) is ended


@pytest.mark.parametrize(
    "rule",
    [
        LifecycleRule(id="x", enabled=False, delete_after_s=1, abort_uploads_after_s=1),
        LifecycleRule(id="x", prefix="other/", delete_after_s=1, abort_uploads_after_s=1),
        LifecycleRule(id="x"),
    ],
)
def test_a_rule_that_is_off_or_for_others_ends_nothing(rule: LifecycleRule) -> None:
    assert not rule.ends_object("k", MADE, _after(days=999))
    assert not rule.ends_upload("k", MADE, _after(days=999))


@pytest.mark.parametrize(("now", "ended"), [(_after(seconds=59), False), (_after(seconds=60), True)])
def test_an_upload_is_given_up_at_its_age(now: datetime, ended: bool) -> None:
    assert LifecycleRule(id="x", abort_uploads_after_s=60).ends_upload("k", MADE, now) is ended


@pytest.mark.parametrize(
    ("rule", "now", "locked"),
    [
        (LockRule(id="x", max_age_s=60), _after(seconds=59), True),
        (LockRule(id="x", max_age_s=60), _after(seconds=60), False),
        (LockRule(id="x", until=_after(days=1)), _after(hours=23), True),
        (LockRule(id="x", until=_after(days=1)), _after(hours=24), False),
        (LockRule(id="x", indefinite=True), _after(days=9999), True),
        (LockRule(id="x", indefinite=True, enabled=False), MADE, False),
        (LockRule(id="x", indefinite=True, prefix="audit/"), MADE, False),
        (LockRule(id="x"), MADE, False),
    ],
)
def test_a_lock_holds_for_its_time_and_prefix(rule: LockRule, now: datetime, locked: bool) -> None:
    assert rule.locks("k", MADE, now) is locked
