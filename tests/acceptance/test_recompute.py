"""A report's figures are worked out again from the exported facts by a script that shares no code with the product."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.context import zone_of
from api.reports.making import make
from api.reports.room import ReportRoom
from api.reports.snapshot import asked_for
from dutyroom.commands.facts import lines
from facility.alert import NotAllowed, Severity
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE, parse
from facility.round_fold import fold
from facility.text import Text
from facility.work_order import Action, MissingField, Order, State, WorkOrder, steps_from
from inspections.rounds.telling import facts_of
from response.class_files import load_classes
from response.orders import OrderRoom, act, open_order
from tests.acceptance import recompute
from tests.api.seed import NOW, Clockwork, House, house
from tests.facility.patrols import TEN, ten
from tests.facility.test_round_fold import WALK
from tests.inspections.owed import Owed, became, done, fell_due

pytestmark = pytest.mark.xdist_group("recompute")
SCRIPT = Path(recompute.__file__)
DUTIES = (("extinguishers", "FI-1"), ("stair-rails", "EQ-6"), ("fire-check", "LA-2"), ("air-filters", "MP-2"))
ZONES = ("t1", "t2", "")


@pytest.fixture(scope="module")
def months() -> Iterator[House]:
    """Three months of due dates and work orders, drawn by chance from a fixed seed."""
    home = house(clock=Clockwork())
    chance = random.Random(20_261_130)
    with home.records.begin() as unit:
        unit.facts.append_all(sorted([*owed(chance), *rounds(), *blind()], key=lambda fact: fact.at))
        orders(unit, OrderRoom(classes=load_classes(), register=unit.registers.load()), chance)
        unit.facts.append(Fact(at=NOW, noun="account", subject="officer", what="signed-in", who="officer"))
    yield home
    home.records.close()


def owed(chance: random.Random) -> Iterator[Fact]:
    number = 0
    for day in range(90):
        duty, clause = DUTIES[day % len(DUTIES)]
        due = NOW - (92 - day) * DAY
        some = []
        for target in range(6):
            number += 1
            some.append(
                Owed(id=number, duty=duty, clause=clause, target=f"x{target}", zone=chance.choice(ZONES), due=due)
            )
        yield fell_due(*some)
        for one in some:
            yield from fate(one, chance)


def fate(one: Owed, chance: random.Random) -> Iterator[Fact]:
    what = chance.randrange(10)
    if what < 5:
        yield done(one, result=one.id, late_upload=what == 4)
        yield result(one, chance)
    elif what == 5:
        yield became(one, "late", one.due)
        yield became(one, "done-late", one.due + HOUR, done=one.due + HOUR, result=one.id)
        yield result(one, chance)
    elif what == 6:
        yield became(one, "missed", one.missed, who="system:duties")
        yield became(one, "made-up", one.missed + HOUR, after="missed", result=one.id)
    elif what == 7:
        yield became(one, "suspended", one.due, who="system:duties")
    elif what == 8:
        yield became(one, "postponed", one.due - HOUR, after="open", missed_at=one.missed + 3 * DAY)


def result(one: Owed, chance: random.Random) -> Fact:
    finding = {"check": "c", "outcome": chance.choice(("pass", "fail")), "value": chance.choice((None, 0.5))}
    instrument = {"id": "M", "valid": chance.random() < 0.8}
    data = {"occurrence": one.id, "outcome": finding["outcome"], "findings": [finding | {"instrument": instrument}]}
    return Fact(
        at=one.due + HOUR, noun="result", subject=str(one.id), what=chance.choice(("submitted", "submitted", "corrected")),
        who="engineer", data=data,
    )  # fmt: skip


def rounds() -> Iterator[Fact]:
    """One walked whole, one by nobody, and one whose guard's phone brought its points when they had been missed."""
    later = [replace(scan, received=TEN + 5 * HOUR) for scan in WALK]
    for number, scans, upload in ((1, WALK, ()), (2, (), ()), (3, (), later)):
        plan = replace(ten(), id=number)
        judged = fold(plan, scans, TEN + HOUR)
        yield from facts_of(plan, judged, TEN + HOUR)
        yield from facts_of(judged, fold(judged, upload or scans, TEN + 5 * HOUR), TEN + 5 * HOUR)


def blind() -> Iterator[Fact]:
    """Days of cameras: the one before the period, figured in it; its last, figured weeks after; one that was figured twice."""
    for day, what, at in (
        ("2026-08-31", "over", "2026-09-01"), ("2026-09-01", "over", "2026-09-02"), ("2026-09-02", "over", "2026-09-03"),
        ("2026-09-02", "within", "2026-09-04"), ("2026-11-30", "over", "2026-12-20"), ("2026-12-01", "over", "2026-12-20"),
    ):  # fmt: skip
        yield Fact(at=parse(f"{at}T00:05:00Z"), noun="coverage", subject=day, what=what, who="system:cameras")


def orders(unit: object, room: OrderRoom, chance: random.Random) -> None:
    """Orders as people really take them through their table."""
    for number in range(60):
        at = NOW - chance.randrange(80 * DAY)
        draft = WorkOrder(
            kind=chance.choice(("water-supply", "electrical", "fire")), title=Text("t"), severity=Severity.HIGH,
            limit=Text(""), zone=chance.choice(("t1", "t2")), opened=at, event_at=at, emergency=chance.random() < 0.5,
            source_of=f"finding:{number}",
        )  # fmt: skip
        order = open_order(unit, room, draft, "officer", at)  # type: ignore[arg-type]
        for _ in range(chance.randrange(12)):
            at += chance.randrange(2 * HOUR) + MINUTE
            actions = [s.action for s in steps_from(order) if s.action not in (Action.COMMENT, Action.DUPLICATE)]
            if not actions or at >= NOW:
                break
            wish = Order(
                action=chance.choice(actions), who=chance.choice(("engineer", "officer")), at=at, reason="r",
                assignee="engineer", approver="manager", proof="scan:x",
            )  # fmt: skip
            try:
                order = act(unit, replace(room, classes={}), order.id, wish)  # type: ignore[arg-type]
            except (NotAllowed, MissingField):
                continue
        assert order.state in State


def exported(home: House, folder: Path) -> Path:
    file = folder / "facts.jsonl"
    with home.records.read() as unit:
        file.write_text("".join(f"{line}\n" for line in lines(unit.facts)), "utf-8")
    return file


def figures(home: House, **more: object) -> dict[str, object]:
    zone = zone_of(home.context.site(home.register()))
    room = ReportRoom(
        records=home.records, readings=lambda: home.readings, duties=home.context.duties, book=home.context.book
    )
    asked = asked_for(date(2026, 9, 1), date(2026, 11, 30), zone, **more)
    content: dict[str, object] = json.loads(make(room, asked, "zh", forms=()).figures)
    return content


@pytest.mark.parametrize(
    "more",
    [{}, {"zones": ("t1",)}, {"clauses": ("FI-1", "EQ-6")}, {"zones": ("t2",), "clauses": ("LA-2",)}, {"anchor": 400}],
)
def test_every_figure_is_the_same(months: House, tmp_path: Path, more: dict[str, object]) -> None:
    content = figures(months, **more)
    facts = recompute.read_facts(exported(months, tmp_path))
    assert recompute.differences(facts, content) == []
    checked = recompute.recompute(facts, content)
    assert len(checked) > 60
    if not more:
        assert checked["compliance/due"] > 400
        assert all(checked[f"compliance/{name}"] for name in ("done", "late", "missed", "open", "suspended"))
        assert all(checked[f"response/respond/{name}"] for name in ("due", "in-time", "late"))
        # What was uploaded late is no visit, and is told.
        points = [checked[f"rounds/points/{name}"] for name in ("planned", "visited", "on_time", "uploaded_late")]
        assert (checked["rounds/due"], checked["rounds/missed"], points) == (3, 2, [9, 3, 3, 3])
        assert (checked["coverage/days"], checked["coverage/days-over"]) == (3, 2)


def test_the_script_runs_by_itself_and_says_what_differs(months: House, tmp_path: Path) -> None:
    facts, file = exported(months, tmp_path), tmp_path / "figures.json"
    content = figures(months)
    file.write_text(json.dumps(content), "utf-8")
    done = subprocess.run([sys.executable, "-I", SCRIPT, facts, file], capture_output=True, text=True, check=False)
    assert (done.returncode, " 0 differences" in done.stdout) == (0, True)
    for one in content["figures"]:  # type: ignore[attr-defined]
        if one["id"] == "compliance/missed":
            one["value"] = 0
    file.write_text(json.dumps(content), "utf-8")
    done = subprocess.run([sys.executable, "-I", SCRIPT, facts, file], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "compliance/missed: the report says 0" in done.stdout


def test_a_fact_that_was_changed_breaks_the_chain(months: House, tmp_path: Path) -> None:
    facts = recompute.read_facts(exported(months, tmp_path))
    facts[9]["who"] = "somebody else"
    assert recompute.broken_link(facts) == 10


def test_the_script_imports_nothing_of_ours() -> None:
    words = SCRIPT.read_text("utf-8")
    ours = ("facility", "inspections", "response", "rules", "storage", "api", "dutyroom", "collector", "notify")
    assert [name for name in ours if f"import {name}" in words or f"from {name}" in words] == []
