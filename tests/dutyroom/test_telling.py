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
from response.escalation import NOUNS
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
