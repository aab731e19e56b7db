"""Reports to take away: made twice they are the same bytes, they carry their figures, and they can be proved."""

import io
import json
from dataclasses import replace
from datetime import date

import openpyxl  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from api.context import zone_of
from api.reports import document, pdf, xlsx
from api.reports.making import Made, make
from api.reports.room import NAMES, ReportRoom
from api.reports.snapshot import Asked, Unusable, asked_for
from api.reports.verifying import NoReport, read_content, verify
from api.reports.xlsx import plain
from facility.fact import Fact
from facility.instant import DAY, HOUR, MINUTE
from inspections.report_figures import canonical, sealed
from tests.api.seed import GAUGE, NOW, House
from tests.inspections.owed import Owed, became, done, fell_due

DUE = NOW - 3 * DAY
BOXES = [Owed(id=n, due=DUE, target="t1-pump-1", asset="t1-pump-1", zone="t1") for n in range(1, 6)]
METER = {"id": "MEG-07", "kind": "megohmmeter", "serial": "1", "calibration_due": NOW + 90 * DAY, "valid": True}


NAMES_OF_NOBODY = document.Names(duties={}, people={})


def result(number: int, owed: Owed, *, what: str = "submitted", **finding: object) -> Fact:
    body = {"check": "resistance", "outcome": "pass", "value": 2.5, "unit": "MOhm", "instrument": METER} | finding
    return Fact(
        at=owed.due - HOUR,
        noun="result",
        subject=str(number),
        what=what,
        after=str(body["outcome"]),
        who="engineer",
        data={"occurrence": owed.id, "done": owed.due - HOUR, "outcome": body["outcome"], "findings": [body]},
    )


def work(home: House) -> None:
    """Two done, one late, one missed, one open; results with an instrument, one of them out of calibration."""
    one, two, three, four, _ = BOXES
    with home.records.begin() as unit:
        unit.facts.append_all([
            result(1, one),
            done(one, result=1),
            result(2, two, instrument={**METER, "valid": False}),
            done(two, result=2, late_upload=True),
            fell_due(*BOXES),
            became(three, "late", DUE),
            became(three, "done-late", DUE + HOUR, done=DUE + HOUR, result=3),
            became(four, "missed", DUE + DAY, who="system:duties"),
            replace(result(4, one, what="corrected", outcome="fail", value=0.1), at=DUE + 2 * DAY),
        ])  # fmt: skip
    home.raise_alert("pump-pressure-band", GAUGE, value=0.4)
    for minutes in range(120):
        home.say(GAUGE, 0.6, ago=minutes * MINUTE)


def room(home: House) -> ReportRoom:
    context = home.context
    return ReportRoom(records=home.records, readings=lambda: home.readings, duties=context.duties, book=context.book)


def november(home: House, **more: object) -> Asked:
    zone = zone_of(home.context.site(home.register()))
    return asked_for(date(2026, 11, 1), date(2026, 11, 30), zone, **more)


def figures(made: Made) -> dict[str, object]:
    return {one["id"]: one["value"] for one in made.snapshot.content["figures"]}


def test_made_again_from_the_same_facts_it_is_the_same_bytes(home: House) -> None:
    work(home)
    for language in ("zh", "en"):
        one = make(room(home), november(home), language)
        home.clock.now += HOUR
        again = make(room(home), november(home), language)
        assert (one.pdf, one.xlsx, one.figures) == (again.pdf, again.xlsx, again.figures)


def test_the_figures_are_what_the_facts_say(home: House) -> None:
    work(home)
    found = figures(make(room(home), november(home), "en", forms=()))
    whole = {name: found[f"compliance/{name}"] for name in ("due", "owed", "done", "late", "missed", "open")}
    # The one without a word is past its end at the anchor: missed.
    assert whole == {"due": 5, "owed": 5, "done": 2, "late": 1, "missed": 2, "open": 0}
    assert found["compliance/FI-1/2026-11/attainment"] == 0.4
    assert (found["inspections/done"], found["inspections/effective"]) == (3, 1)
    assert (found["deviations/late-uploads"], found["deviations/corrected"]) == (1, 1)
    assert found["inspections/outcome/fail"] == 1
    assert found["alerts/raised"] == 1


def test_both_files_carry_the_same_figures(home: House) -> None:
    work(home)
    made = make(room(home), november(home), "zh")
    assert pdf.figures_in(made.pdf) == made.figures == xlsx.figures_in(made.xlsx)
    assert read_content(made.pdf) == read_content(made.xlsx) == json.loads(made.figures)
    reader = PdfReader(io.BytesIO(made.pdf))
    assert "设施合规报告" in reader.pages[0].extract_text()
    assert list(reader.attachments) == [NAMES[0]]


def test_the_spreadsheet_has_every_line_of_the_ledger_with_instrument_and_calibration(home: House) -> None:
    work(home)
    book = openpyxl.load_workbook(io.BytesIO(make(room(home), november(home), "en", forms=("xlsx",)).xlsx))
    lines = list(book["ledger"].iter_rows(values_only=True))
    assert len(lines) == 1 + len(BOXES)
    assert any("MEG-07" in str(line[6]) and "2027" in str(line[6]) for line in lines)
    assert any("out of calibration" in str(line[6]) for line in lines)
    assert book[NAMES[0][:31]].sheet_state == "veryHidden"


@pytest.mark.parametrize(
    ("language", "rest"), [("zh", "另有 3 行不在此处"), ("en", "and 3 more lines, not shown here")]
)
def test_what_does_not_stand_on_paper_is_said_with_how_many_and_where(
    home: House, monkeypatch: pytest.MonkeyPatch, language: str, rest: str
) -> None:
    monkeypatch.setattr(document, "LEDGER_ON_PAPER", 2)
    work(home)
    made = make(room(home), november(home), language, forms=("pdf",))
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages)
    assert rest in said.replace("\n", " ")
    assert "XLSX" in said
    ledger = next(
        one for one in document.document(made.snapshot, NAMES_OF_NOBODY, language).sections if one.sheet == "ledger"
    )
    assert ledger.paper is not None
    assert [row[9][0] for row in ledger.paper.rows] == ["○", "○"], (
        "what was missed stands on paper before anything else"
    )


def test_what_begins_like_a_formula_is_none() -> None:
    assert [plain(cell) for cell in ("=1+1", "+8613", "-1", "@x", "plain")] == [
        "'=1+1",
        "'+8613",
        "'-1",
        "'@x",
        "plain",
    ]


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_an_honest_report_is_proved(home: House, form: str) -> None:
    work(home)
    made = make(room(home), november(home), "zh", forms=(form,))
    verdict = verify(room(home), getattr(made, form))
    assert verdict.good
    assert (verdict.sealed, verdict.broken, verdict.anchored, verdict.same_file) == (True, None, True, True)
    assert len(verdict.figures) == len(figures(made))


def test_figures_that_were_changed_in_the_file_are_told(home: House) -> None:
    work(home)
    content = json.loads(make(room(home), november(home), "zh", forms=()).figures)
    for one in content["figures"]:
        if one["id"] == "compliance/missed":
            one["value"] = 0
    broken_seal = verify(room(home), canonical(content))
    assert not broken_seal.sealed
    assert [one.id for one in broken_seal.figures if not one.holds] == ["compliance/missed"]
    sealed_again = verify(room(home), canonical(sealed(content)))
    assert sealed_again.sealed
    assert not sealed_again.proved
    assert [one.id for one in sealed_again.figures if not one.holds] == ["compliance/missed"]


def test_words_that_were_changed_around_the_figures_are_told(home: House) -> None:
    work(home)
    made = make(room(home), november(home), "zh", forms=("pdf",))
    other = make(room(home), november(home, clauses=("EQ-1",)), "zh", forms=("pdf",))
    assert pdf.figures_in(made.pdf) != pdf.figures_in(other.pdf)
    verdict = verify(room(home), made.pdf + b"\n% changed")
    assert verdict.same_file is False
    assert not verdict.proved
    assert all(one.holds for one in verdict.figures)


def test_facts_that_came_after_are_named_with_what_they_changed(home: House) -> None:
    work(home)
    made = make(room(home), november(home), "zh", forms=("xlsx",))
    with home.records.begin() as unit:
        late = unit.facts.append(became(BOXES[3], "done", NOW, done=DUE - HOUR, result=9, late_upload=True))
    verdict = verify(room(home), made.xlsx)
    assert verdict.proved
    assert not verdict.good
    changed = {one.id: one for one in verdict.changed}
    assert changed["compliance/FI-1/2026-11/done"].facts == (late.seq,)
    assert (changed["compliance/done"].then, changed["compliance/done"].now) == (2, 3)
    assert changed["deviations/late-uploads"].facts == (late.seq,)
    assert "alerts/raised" not in changed


def test_a_store_that_was_tampered_with_is_told(home: House) -> None:
    work(home)
    made = make(room(home), november(home), "zh", forms=("xlsx",))
    with home.records.begin() as unit:
        run = unit.facts._do.run  # type: ignore[attr-defined]
        for trigger in unit.facts._do.rows(text("select name from sqlite_master where type = 'trigger'")):  # type: ignore[attr-defined]
            run(text(f"drop trigger {trigger.name}"))
        missed = next(fact.seq for fact in unit.facts.after(0, 500) if fact.what == "missed")
        run(text("update facts set what = 'done', after = 'done' where seq = :seq"), {"seq": missed})
    verdict = verify(room(home), made.xlsx)
    assert verdict.broken == missed
    assert not verdict.proved


def test_what_is_no_report_says_so(home: House) -> None:
    for body in (b"", b"%PDF-1.7\nnothing", b"PK\x03\x04", b"{}", b'{"format": "dutyroom-report/1"}', b"\xff\xfe"):
        with pytest.raises(NoReport):
            verify(room(home), body)


def test_an_unusable_wish_names_the_field(home: House) -> None:
    work(home)
    with pytest.raises(Unusable, match="zone"):
        make(room(home), november(home, zones=("nowhere",)), "zh", forms=())
    with pytest.raises(Unusable, match="clause"):
        make(room(home), november(home, clauses=("EQ-99",)), "zh", forms=())
    with pytest.raises(Unusable, match="from, to"):
        asked_for(date(2026, 2, 1), date(2026, 1, 1), zone_of(home.context.site(home.register())))


def test_an_empty_property_has_a_report_that_says_so(bare: House) -> None:
    made = make(room(bare), november(bare), "en")
    assert figures(made)["compliance/due"] == 0
    assert figures(made)["compliance/attainment"] is None
    assert verify(room(bare), made.pdf).good


def test_sensors_are_held_to_the_time_in_which_they_were_observed(home: House) -> None:
    work(home)
    (share,) = (one for one in make(room(home), november(home), "en", forms=()).snapshot.sensors if one.point == GAUGE)
    assert 0 < share.observed < share.total
    assert share.unobserved == share.total - share.observed
    assert share.share is not None
