"""A site's way to take reports is followed while the program runs; the responder does what reports owe."""

from pathlib import Path

from dutyroom.report_following import ReportFiles, ReportsInMotion
from dutyroom.rule_files import RuleFiles
from facility.person import Role
from facility.residents_report import Deed, ReportState, Way
from facility.work_order import Action
from response.reports.intake import Told, take_in
from response.told import Teller
from storage.records.notices import NoticeFilter
from storage.records.people import Account
from tests.response.reports.desk import NOON, open_room

RULES = RuleFiles(None).load()


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10.0
        return self.now


def test_a_changed_setting_is_in_force_and_a_broken_one_is_refused_as_a_whole(tmp_path: Path) -> None:
    files = ReportFiles(tmp_path, "https://duty.example.com/", Ticking())
    assert (files.book().settings.calls, files.book().settings.address) == (3, "https://duty.example.com")
    folder = tmp_path / "residents"
    folder.mkdir()
    (folder / "settings.toml").write_text('calls = 5\naddress = "https://own.example.com"\n')
    assert (files.book().settings.calls, files.book().settings.address) == (5, "https://own.example.com")
    (folder / "settings.toml").write_text("calls = 0\n")
    assert (files.book().settings.calls, bool(files.refused)) == (5, True)
    (folder / "settings.toml").unlink()
    assert (files.book().settings.calls, files.refused) == (3, ())


def test_a_site_that_was_never_right_takes_reports_as_the_product_does(tmp_path: Path) -> None:
    (tmp_path / "residents").mkdir()
    (tmp_path / "residents" / "settings.toml").write_text("call = 5\n")
    files = ReportFiles(tmp_path)
    assert files.book().settings.calls == 3
    assert "there is no such setting" in files.refused[0]


def test_the_responder_gives_out_what_nobody_looked_at_and_follows_its_order() -> None:
    duty, motion = open_room(), ReportsInMotion(None, Teller(), lambda: RULES)
    unseen, _ = motion.steps
    with duty.records.begin() as unit:
        report = take_in(unit, motion.room(unit), Told(way=Way.WEB, zone="t1-f1", words="没水"), NOON)
    with duty.records.begin() as unit:
        assert not unseen.run(unit, NOON + 31 * 60_000)
    given_out = duty.report(report.id)
    order = duty.order(given_out.work_order)
    assert (given_out.state, order.kind, order.source_of) == (ReportState.ASSIGNED, "water-supply", "report:1")
    duty.work(order.id, Action.ACCEPT, Action.ARRIVE)
    with duty.records.begin() as unit:
        for fact in unit.facts.after(0):
            motion.followers[0].handle(unit, fact, NOON)
    assert duty.report(report.id).visited == NOON
    duty.records.close()


def test_management_is_told_once_of_what_was_not_solved_and_whoever_found_it_is_not() -> None:
    duty, motion = open_room(), ReportsInMotion(None, Teller(), lambda: RULES)
    with duty.records.begin() as unit:
        for name, role in (("manager", Role.ADMIN), ("manager-2", Role.ADMIN), ("officer", Role.OFFICER)):
            unit.people.add(Account(id=name, name=name, role=role, password="x", created=NOON))
    report = duty.do(duty.tell("灯坏了").id, Deed.ASSIGN)
    duty.finish(report.work_order or 0)
    duty.do(report.id, Deed.REFUTE, who="manager", reason="还是不亮")
    for _ in range(2):
        with duty.records.begin() as unit:
            for fact in unit.facts.after(0):
                motion.followers[1].handle(unit, fact, NOON)
    with duty.records.read() as unit:
        (notice,) = unit.notices.find(NoticeFilter()).rows
    assert (notice.person, notice.cause, notice.why["chain"]) == ("manager-2", "report:1", "residents-unsolved")
    assert "还是不亮" not in str(notice)
    assert notice.data["link"] == "/residents/1"
    duty.records.close()
