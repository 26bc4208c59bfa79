"""Codes sign in once and soon; a session needs both of its values, and ends."""

from __future__ import annotations

from local_cloud.console.sessions import CODE_LIFETIME_S, SESSION_LIFETIME_S, Session, Sessions


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _opened(sessions: Sessions) -> Session:
    session = sessions.redeem(sessions.code())
    assert session is not None
    return session


def test_a_code_opens_one_session_and_no_second_one() -> None:
    sessions = Sessions()
    code = sessions.code()
    session = sessions.redeem(code)
    assert session is not None
    assert sessions.admits(session.id, session.key)
    assert sessions.redeem(code) is None


def test_a_code_is_worth_nothing_after_its_time() -> None:
    clock = _Clock()
    sessions = Sessions(clock)
    code = sessions.code()
    clock.now = CODE_LIFETIME_S
    assert sessions.redeem(code) is None


def test_an_invented_code_opens_nothing() -> None:
    sessions = Sessions()
    sessions.code()
    assert [sessions.redeem(code) for code in ("", "x", "é")] == [None, None, None]


def test_a_session_needs_its_id_and_its_key() -> None:
    sessions = Sessions()
    one, other = _opened(sessions), _opened(sessions)
    assert not sessions.admits(one.id, other.key)
    assert not sessions.admits(one.id, "")
    assert not sessions.admits(one.id, "é")
    assert not sessions.admits(one.key, one.id)


def test_a_session_ends() -> None:
    clock = _Clock()
    sessions = Sessions(clock)
    session = _opened(sessions)
    clock.now = SESSION_LIFETIME_S - 1
    assert sessions.admits(session.id, session.key)
    clock.now = SESSION_LIFETIME_S
    assert not sessions.admits(session.id, session.key)


def test_the_oldest_sessions_and_codes_make_room() -> None:
    sessions = Sessions()
    code, session = sessions.code(), _opened(sessions)
    for _ in range(100):
        sessions.code()
        _opened(sessions)
    assert sessions.redeem(code) is None
    assert not sessions.admits(session.id, session.key)
    latest = _opened(sessions)
    assert sessions.admits(latest.id, latest.key)


def test_the_key_is_not_shown_where_a_session_is_printed() -> None:
    session = _opened(Sessions())
    assert session.key not in repr(session)
