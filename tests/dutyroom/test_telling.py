"""The chains and the outbox as the responder has them: from an alert's fact to the person's list."""

import threading
from pathlib import Path

import pytest

from dutyroom import wiring
from dutyroom.chain_following import ChainFiles
from dutyroom.settings import Settings, load
from dutyroom.telling import Telling
from facility.fact import Fact
from facility.instant import HOUR
from facility.notice import Notice, NoticeState
from facility.person import Role
from facility.self_alert import DISK
from response.escalation import NOUNS
from response.self_watch.watching import SelfWatch
from rules.definition import load_book
from storage.records.notices import NoticeFilter
from storage.records.people import Account
from storage.records.port import Records
from tests.response.escalation_house import ALERT

NOW = ALERT.opened


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load(data=str(tmp_path / "data"), site=str(tmp_path / "site"), public_url="https://duty.example.com")


def only(records: Records) -> Notice:
    with records.read() as unit:
        (notice,) = unit.notices.find(NoticeFilter()).rows
    return notice


def test_an_alert_is_in_the_managers_list_after_one_round(settings: Settings) -> None:
    records = wiring.open_records(settings)
    telling = Telling(settings, load_book)
    with records.begin() as unit:
        unit.people.add(Account(id="admin", name="王", role=Role.ADMIN, password="", created=NOW))
        alert = unit.alerts.open(ALERT)
        fact = unit.facts.append(Fact(at=NOW, noun="alert", subject=str(alert.id), what="raised", who="system:rules"))
    assert telling.follower.nouns == NOUNS
    with records.begin() as unit:
        telling.follower.handle(unit, fact, NOW)
    errand, waiting = telling.errand(records), threading.Event()
    while (notice := only(records)).state is NoticeState.PENDING:
        errand.run(records, NOW)
        waiting.wait(0.005)
    errand.close()
    assert (notice.person, notice.channel, notice.state) == ("admin", "in-app", NoticeState.SENT)
    assert "关" in notice.data["first"]["zh"], "what its rule says to do first"
    for step in telling.steps:
        with records.begin() as unit:
            assert step.run(unit, NOW + HOUR) is False
    with records.read() as unit:
        assert unit.notices.count(NoticeFilter()) > 1, "nobody answered for an hour"
    records.close()


def test_a_sites_chain_is_in_force_without_a_restart(settings: Settings) -> None:
    folder = Path(settings.site) / "chains"
    seconds = [0.0]
    files = ChainFiles(Path(settings.site), clock=lambda: seconds[0])
    assert "night" not in files.chains()
    folder.mkdir(parents=True)
    text = 'id = "night"\ntitle = { zh = "夜", en = "Night" }\n[[level]]\nwhom = ["manager"]\nby = ["sms"]\n'
    (folder / "night.toml").write_text(text, "utf-8")
    seconds[0] += 3
    assert "night" in files.chains()
    (folder / "night.toml").write_text("id = ", "utf-8")
    seconds[0] += 3
    assert "night" in files.chains(), "the ones in force stay"
    assert "is not TOML" in files.refused[0]


def test_who_is_told_that_the_disk_fills_up_is_told_what_to_do_first(settings: Settings) -> None:
    records = wiring.open_records(settings)
    telling = Telling(settings, load_book)
    disk = {"folder": "/data", "free": 1, "total": 100}
    with records.begin() as unit:
        unit.people.add(Account(id="admin", name="王", role=Role.ADMIN, password="", created=NOW))
        unit.notes.put("worker/a", {"at": NOW, "machine": {"host": "north", "disk": disk}})
        SelfWatch().look(unit, NOW)
        (fact,) = (one for one in unit.facts.after(0) if one.noun == "alert")
        telling.follower.handle(unit, fact, NOW)
    assert only(records).data["first"] == {"zh": DISK.do_first.zh, "en": DISK.do_first.en}
    records.close()
