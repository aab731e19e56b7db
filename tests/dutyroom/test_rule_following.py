"""Rule files change while the program runs: all of the new ones come into force, or none does and it is said why."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dutyroom.rule_files import RuleFiles, save
from dutyroom.rule_following import RuleFollower
from facility.fact import Fact
from facility.reading import Reading
from facility.register import Register, difference
from rules.definition import MANUAL, BrokenRules, load_book, read_rule
from rules.judge import Judge
from rules.versions import last_in_force
from storage.records.sql import SqlRecords
from tests.rules.room import GAUGE, SECOND, T0, register, rule_text, series

LOW = rule_text("low", '[minimum]\nlimit = "0.5 MPa"')
LOWER = LOW.replace("0.5 MPa", "0.3 MPa")


class Duty:
    """A judge whose rules follow a site's folder."""

    def __init__(self, site: Path) -> None:
        self.now = T0
        self.records = SqlRecords(f"sqlite:///{site.parent}/records.db")
        self.records.migrate()
        with self.records.begin() as unit:
            if not unit.registers.version():
                unit.registers.apply(difference(Register(), register()), who="test", at=0)
        self.files = RuleFiles(site)
        self.follower = RuleFollower(self.files, self.records, lambda: self.now)
        with self.records.read() as unit:
            self.judge = Judge(self.follower.first(unit), T0, register=unit.registers.load())
        self.follower.keep()

    def second(self) -> None:
        self.now += SECOND
        self.follower.follow(self.judge)

    def take(self, readings: list[Reading]) -> None:
        with self.records.begin() as unit:
            adopt = self.judge.judge(unit, readings, readings[-1].at)
        adopt()

    def refused(self) -> list[str]:
        return list((self.follower.refused or {}).get("problems", []))

    def in_force(self) -> dict[str, str]:
        return {health.rule: health.version for health in self.judge.health()}

    def facts(self) -> list[Fact]:
        with self.records.read() as unit:
            return [fact for fact in unit.facts.after(0) if fact.noun == "rule"]

    def told(self) -> list[tuple[str, str]]:
        return [(fact.subject, fact.what) for fact in self.facts()]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site" / "rules").mkdir(parents=True)
    lay(tmp_path / "site", "low.toml", LOW)
    return tmp_path / "site"


@pytest.fixture
def duty(site: Path) -> Iterator[Duty]:
    found = Duty(site)
    yield found
    found.records.close()


def lay(site: Path, name: str, text: str) -> None:
    (site / "rules" / name).write_text(text, "utf-8")


def test_a_changed_file_is_in_force_a_second_later_and_kept_with_author_and_time(site: Path, duty: Duty) -> None:
    lay(site, "low.toml", LOWER)
    duty.second()
    assert duty.in_force()["low"] == read_rule(LOWER, "").version
    with duty.records.read() as unit:
        newest, oldest = unit.rule_versions.of("low")
    assert (oldest.text, newest.text, newest.at, newest.number) == (LOW, LOWER, T0 + SECOND, 2)
    assert newest.author == f"file:{(site / 'rules' / 'low.toml').owner()}"
    [fact] = duty.facts()
    assert (fact.subject, fact.what, fact.before, fact.after) == ("low", "changed", oldest.version, newest.version)


def test_the_next_reading_is_judged_by_the_new_rules_and_the_alert_names_their_version(site: Path, duty: Duty) -> None:
    lay(site, "low.toml", LOWER)
    duty.second()
    duty.take(series(GAUGE, [0.4, 0.2], start=T0 + SECOND))
    with duty.records.read() as unit:
        [alert] = [alert for alert in unit.alerts.open_ones() if alert.rule == "low"]
        kept = unit.rule_versions.get("low", alert.rule_version)
    assert (alert.value, kept.text) == (0.2, LOWER)


def test_one_broken_file_leaves_all_rules_in_force_and_says_why(site: Path, duty: Duty) -> None:
    before = duty.in_force()
    lay(site, "low.toml", LOWER)
    lay(site, "other.toml", LOW.replace('id = "low"', 'id = "other"').replace("0.5 MPa", "0.5 kg"))
    duty.second()
    assert duty.in_force() == before
    assert "other.toml:" in duty.refused()[0]
    [fact] = duty.facts()
    assert (fact.what, fact.subject) == ("refused", str(site / "rules"))
    assert "minimum.limit" in fact.why
    duty.second()
    assert len(duty.facts()) == 1
    lay(site, "other.toml", LOW.replace('id = "low"', 'id = "other"'))
    duty.second()
    assert duty.refused() == []
    assert duty.in_force()["low"] == read_rule(LOWER, "").version
    assert duty.told()[1:] == [("low", "changed"), ("other", "added")]


def test_a_file_that_goes_away_retires_its_rule_and_its_alert_says_so(site: Path, duty: Duty) -> None:
    duty.take(series(GAUGE, [0.4]))
    lay(site, "else.toml", LOW.replace('id = "low"', 'id = "else"'))
    (site / "rules" / "low.toml").unlink()
    duty.second()
    assert duty.told() == [("else", "added"), ("low", "retired")]
    with duty.records.read() as unit:
        alert = next(alert for alert in unit.alerts.open_ones() if alert.rule == "low")
        [*_, last] = unit.facts.of("alert", str(alert.id))
    assert (last.what, last.why) == ("returned", "rule retired")


def test_a_folder_that_is_gone_is_no_wish_to_retire_every_rule(site: Path, duty: Duty) -> None:
    (site / "rules").rename(site / "away")
    duty.second()
    assert "low" in duty.in_force()
    assert duty.told() == [(str(site / "rules"), "refused")]
    (site / "away").rename(site / "rules")
    duty.second()
    assert duty.refused() == []


def test_nothing_is_read_or_written_while_nothing_changes(
    site: Path, duty: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(site / "rules" / "low.toml", ns=(1, 1))
    duty.second()  # touched, and says the same: no version, no fact
    assert duty.facts() == []

    def never(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("dutyroom.rule_files.load_book", never)
    duty.second()


def test_the_first_versions_are_kept_without_facts_and_a_restart_adds_none(site: Path, duty: Duty) -> None:
    again = Duty(site)
    with again.records.read() as unit:
        newest = unit.rule_versions.newest()
    assert again.facts() == []
    assert set(newest) == {"low", *load_book().rules}
    assert {found.number for found in newest.values()} == {1}
    assert newest["smoke-alarm"].author == "manual"
    again.records.close()


def test_a_start_on_broken_files_goes_on_with_the_rules_that_were_last_in_force(site: Path, duty: Duty) -> None:
    before = duty.in_force()
    lay(site, "low.toml", "id = ")
    again = Duty(site)
    assert again.in_force() == before
    assert again.told() == [(str(site / "rules"), "refused")]
    lay(site, "low.toml", LOWER)
    again.second()
    assert again.in_force()["low"] == read_rule(LOWER, "").version
    again.records.close()


def test_a_first_start_on_broken_files_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    lay(tmp_path, "low.toml", "id = ")
    with pytest.raises(BrokenRules, match=r"low\.toml:1"):
        Duty(tmp_path)


def test_a_version_that_can_no_longer_be_read_is_left_out(duty: Duty) -> None:
    from facility.rule_version import RuleVersion

    with duty.records.begin() as unit:
        unit.rule_versions.add(RuleVersion(rule="old", number=1, version="f" * 64, text="[no such]", author="x", at=0))
        assert "old" not in last_in_force(unit).rules


def test_the_pages_see_a_change_within_a_second_and_keep_what_they_have_when_it_is_broken(site: Path) -> None:
    seconds = [0.0]
    files = RuleFiles(site, lambda: seconds[0])
    files.load()
    lay(site, "low.toml", LOWER)
    files.book()
    seconds[0] += 1
    assert files.book().rules["low"].text == LOWER
    lay(site, "low.toml", "id = ")
    seconds[0] += 1
    assert files.book().rules["low"].text == LOWER


def test_saving_replaces_the_file_that_holds_the_rule_or_makes_one(site: Path) -> None:
    lay(site, "another-name.toml", LOW.replace('id = "low"', 'id = "named"'))
    named = read_rule(LOWER.replace('id = "low"', 'id = "named"'), "")
    assert save(site / "rules", named) == site / "rules" / "another-name.toml"
    manual = read_rule((MANUAL / "smoke-alarm.toml").read_text("utf-8"), "")
    assert save(site / "rules", manual) == site / "rules" / "smoke-alarm.toml"
    assert load_book(site / "rules", manual=False).rules.keys() == {"low", "named", "smoke-alarm"}
    assert sorted(file.name for file in (site / "rules").iterdir()) == [
        "another-name.toml",
        "low.toml",
        "smoke-alarm.toml",
    ]
