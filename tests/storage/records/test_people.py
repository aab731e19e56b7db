from dataclasses import replace

import pytest

from facility.instant import DAY
from facility.person import Role
from storage.records.port import Conflict, NotFound
from storage.records.sql import SqlRecords
from tests.storage.records.examples import ACCOUNT, NOON, SESSION, TOKEN


def test_an_account_is_kept_changed_and_listed_by_its_name(records: SqlRecords) -> None:
    other = replace(ACCOUNT, id="chen", role=Role.ADMIN, language="en")
    promoted = replace(ACCOUNT, role=Role.OFFICER, disabled=NOON)
    with records.begin() as unit:
        unit.people.add(ACCOUNT)
        unit.people.add(other)
        unit.people.update(promoted)
    with records.read() as unit:
        assert unit.people.get("li") == promoted
        assert unit.people.accounts() == [other, promoted]


def test_a_sign_in_name_is_taken_once(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add(ACCOUNT)
        with pytest.raises(Conflict, match="'li' is taken"):
            unit.people.add(replace(ACCOUNT, name="another"))
        assert unit.people.accounts() == [ACCOUNT]


def test_nobody_is_found_under_a_name_that_is_not_there(records: SqlRecords) -> None:
    with records.begin() as unit:
        for name in ("", "LI", "x\x00", "long" * 10_000):
            with pytest.raises(NotFound):
                unit.people.get(name)
        with pytest.raises(NotFound):
            unit.people.update(ACCOUNT)


def test_a_session_is_seen_and_ended(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add_session(SESSION)
        unit.people.touch_session(SESSION.digest, NOON + 5)
        assert unit.people.session(SESSION.digest) == replace(SESSION, seen=NOON + 5)
        unit.people.touch_session(SESSION.digest, NOON + 6, language="en")
        assert unit.people.session(SESSION.digest) == replace(SESSION, seen=NOON + 6, language="en")
        unit.people.end_session(SESSION.digest)
        unit.people.touch_session(SESSION.digest, NOON + 7)
        with pytest.raises(NotFound):
            unit.people.session(SESSION.digest)


def test_all_sessions_of_an_account_end_together(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add_session(SESSION)
        unit.people.add_session(replace(SESSION, digest="two"))
        unit.people.add_session(replace(SESSION, digest="other", account="chen"))
        unit.people.end_sessions_of("li")
        assert unit.people.session("other").account == "chen"
        for digest in (SESSION.digest, "two"):
            with pytest.raises(NotFound):
                unit.people.session(digest)


def test_a_session_that_has_ended_is_forgotten_when_the_next_begins(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.add_session(SESSION)
        unit.people.add_session(replace(SESSION, digest="next", created=SESSION.expires, expires=SESSION.expires + DAY))
        with pytest.raises(NotFound):
            unit.people.session(SESSION.digest)
        with pytest.raises(Conflict):
            unit.people.add_session(replace(SESSION, digest="next"))


def test_a_token_is_used_and_revoked(records: SqlRecords) -> None:
    with records.begin() as unit:
        kept = unit.people.add_token(TOKEN)
        with pytest.raises(Conflict):
            unit.people.add_token(TOKEN)
        other = unit.people.add_token(replace(TOKEN, digest="other", expires=NOON + DAY))
        unit.people.use_token(kept.id, NOON + 1)
        assert unit.people.token(TOKEN.digest) == replace(kept, used=NOON + 1)
        unit.people.revoke_token(kept.id, NOON + 2)
        unit.people.revoke_token(kept.id, NOON + 3)
        with pytest.raises(NotFound):
            unit.people.token(TOKEN.digest)
        with pytest.raises(NotFound):
            unit.people.revoke_token(99, NOON)
        assert unit.people.tokens() == [replace(kept, used=NOON + 1, revoked=NOON + 2), other]


def test_failed_sign_ins_are_counted_by_key_and_time(records: SqlRecords) -> None:
    with records.begin() as unit:
        for at in (NOON, NOON + 1, NOON + 2):
            unit.people.failed("li", at)
        unit.people.failed("203.0.113.7", NOON)
        unit.people.failed("x\x00" + "y" * 50_000, NOON)
        assert unit.people.failures("li", NOON + 1) == 2
        assert unit.people.failures("203.0.113.7", 0) == 1
        assert unit.people.failures("nobody", 0) == 0


def test_failed_sign_ins_are_forgotten_after_a_day(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.failed("li", NOON)
        unit.people.failed("li", NOON + DAY)
        assert unit.people.failures("li", 0) == 2
        unit.people.failed("li", NOON + DAY + 1)
        assert unit.people.failures("li", 0) == 2


def test_what_was_typed_as_a_name_is_not_kept_in_clear(records: SqlRecords) -> None:
    with records.begin() as unit:
        unit.people.failed("my-password-by-mistake", NOON)
    with records.engine.connect() as connection:
        assert "password" not in str(connection.exec_driver_sql("SELECT * FROM failed_sign_ins").all())
