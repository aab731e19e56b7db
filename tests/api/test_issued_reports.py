"""Reports are asked for, made by the responder, kept by their sums, taken away and proved; and made by themselves each month."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from api.accounts import Limits, limit_account
from api.app import create_app
from api.reports.issuing import ATTACHED, CLAIMED_FOR, Issuing, ask, ask_scheduled, attached, notice_of
from api.reports.making import Made, make
from api.reports.schedule_file import BrokenSchedules, read_schedules
from dutyroom.site_channels import KeptFiles
from facility.instant import DAY, HOUR
from facility.issued_report import IssuedReport, Making
from facility.kept_file import name_of
from facility.person import Role
from inspections.report_schedule import ReportSchedule, months_owed, newest_owed, wanted
from notify.texts.rendering import Texts
from storage.records.notices import NoticeFilter
from tests.api.browser import Browser, words
from tests.api.seed import NOW, PASSWORD, RIVERSIDE, House
from tests.api.test_reports import november, room, work
from tests.notify.channels.test_email import Post, channel, serving

BrowserOf = Callable[[str], Browser]
ENGLISH = {"accept-language": "en"}
FORM = {"first": "2026-11-01", "last": "2026-11-30", "language": "zh"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHLY = ReportSchedule(
    id="fire", day=3, zones=("t1",), clauses=("FI-1",), to=("fire@example.com", "boss@example.com")
)


def issuing(home: House) -> Issuing:
    return Issuing(room=room(home), clock=home.clock)


def asked(home: House, **more: object) -> IssuedReport:
    report = IssuedReport(key="k", since=NOW - 20 * DAY, until=NOW + DAY, asked=NOW, asked_by="officer")
    with home.records.begin() as unit:
        return ask(unit, replace(report, **more))  # type: ignore[arg-type]


def read(home: House, number: int) -> IssuedReport:
    with home.records.read() as unit:
        return unit.issued_reports.get(number)


def test_a_report_is_asked_for_made_and_taken_away(home: House, browser_of: BrowserOf) -> None:
    work(home)
    officer, inspector = browser_of("officer"), browser_of("inspector")
    answer = officer.client.post("/reports", data={"csrf": officer.csrf, **FORM})
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "It waits for the responder" in officer.page(address, 200, **ENGLISH)
    assert issuing(home).run(home.clock())
    assert not issuing(home).run(home.clock())
    report = read(home, int(address.rpartition("/")[2]))
    assert (report.making, report.progress) == (Making.MADE, 1000)
    for form, sha in (("pdf", report.pdf), ("xlsx", report.xlsx)):
        file = inspector.client.get(f"{address}/report.{form}")
        assert (file.status_code, name_of(file.content)) == (200, sha)
        assert report.pdf in inspector.page(address)
    assert inspector.client.get(f"{address}/report.exe").status_code == 404
    with home.records.read() as unit:
        assert [fact.what for fact in unit.facts.of("issued-report", str(report.id))] == ["asked", "made"]
        assert [fact.what for fact in unit.facts.of("look", "inspector") if ".pdf" in fact.data["address"]] == [
            "exported"
        ]


def test_an_inspector_has_it_proved_and_sees_what_has_changed_since(home: House, browser_of: BrowserOf) -> None:
    work(home)
    number = asked(home).id
    issuing(home).run(NOW)
    inspector = browser_of("inspector")
    page = words(inspector.page(f"/reports/{number}/proof/pdf", 200, **ENGLISH))
    assert "All of it holds" in page
    told = inspector.client.get(f"/api/v1/reports/{number}/proof/xlsx").json()
    assert (told["good"], told["sealed"], told["same_file"]) == (True, True, True)


def test_a_file_that_somebody_brings_is_checked(home: House, browser_of: BrowserOf) -> None:
    work(home)
    officer = browser_of("officer")
    made = make(room(home), november(home), "zh", forms=("xlsx",))

    def bring(body: bytes) -> tuple[int, str]:
        files = {"file": ("r.xlsx", io.BytesIO(body))}
        answer = officer.client.post("/reports/proof", data={"csrf": officer.csrf}, files=files, headers=ENGLISH)
        return answer.status_code, words(answer.text)

    assert "All of it holds" in bring(made.xlsx)[1]
    content = json.loads(made.figures)
    content["figures"][0]["value"] = 99
    status, page = bring(json.dumps(content).encode())
    assert (status, "It does not hold" in page) == (200, True)
    assert bring(b"nonsense")[0] == 422


def test_a_wrong_wish_says_which_field(home: House, browser_of: BrowserOf, client: TestClient,
                                       program: Callable[[Role], dict[str, str]]) -> None:  # fmt: skip
    officer = browser_of("officer")
    for fields in (
        {"first": "soon"},
        {"last": "2020-01-01"},
        {"zones": "nowhere"},
        {"clauses": "EQ-99"},
        {"language": "fr"},
    ):
        assert officer.send("/reports", **{**FORM, **fields}) == 422, fields
    answer = client.post("/api/v1/reports", json={"first": "2026-02-01", "last": "x"}, headers=program(Role.OFFICER))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from, to")
    good = client.post(
        "/api/v1/reports", json={"first": "2026-11-01", "last": "2026-11-30"}, headers=program(Role.OFFICER)
    )
    assert (good.status_code, good.json()["making"]) == (202, "asked")
    listed = client.get("/api/v1/reports", headers=program(Role.INSPECTOR)).json()
    assert [one["id"] for one in listed["rows"]] == [good.json()["id"]]


def test_a_limited_inspector_takes_away_only_what_is_as_limited(home: House) -> None:
    work(home)
    whole, part = asked(home), asked(home, key="k2", zones=("t1",), clauses=("FI-1",))
    with home.records.begin() as unit:
        limit_account(unit, name="inspector", limits=Limits(buildings=("t1",)), who="manager", at=NOW)
    browser = Browser(TestClient(create_app(home.context), follow_redirects=False))
    assert browser.client.post("/sign-in", data={"account": "inspector", "password": PASSWORD}).status_code == 303
    assert [one["id"] for one in browser.client.get("/api/v1/reports").json()["rows"]] == [part.id]
    assert browser.client.get(f"/reports/{whole.id}").status_code == 404
    assert browser.client.get(f"/reports/{whole.id}/report.pdf").status_code == 404
    issuing(home).run(NOW)
    issuing(home).run(NOW)
    assert browser.client.get(f"/reports/{part.id}/report.pdf").status_code == 200
    assert "All of it holds" in words(browser.page(f"/reports/{part.id}/proof/xlsx", 200, **ENGLISH))


def test_what_cannot_be_made_says_why_and_holds_up_nothing(home: House) -> None:
    bad, good = asked(home, zones=("gone",)), asked(home, key="k2")
    assert issuing(home).run(NOW)
    assert issuing(home).run(NOW)
    assert (read(home, bad.id).making, "gone" in read(home, bad.id).error) == (Making.FAILED, True)
    assert read(home, good.id).making is Making.MADE


def test_whoever_falls_in_the_middle_leaves_it_to_the_next(home: House) -> None:
    report = asked(home)
    with home.records.begin() as unit:
        unit.issued_reports.update(replace(report, claimed_until=NOW + CLAIMED_FOR))
    assert not issuing(home).run(NOW)
    assert issuing(home).run(NOW + CLAIMED_FOR)
    assert read(home, report.id).making is Making.MADE


def test_a_month_that_is_over_is_owed_on_its_day_and_none_is_lost() -> None:
    third_of_december = 1_796_256_000_000  # 2026-12-03T08:00+08:00
    assert newest_owed(MONTHLY, third_of_december - 1, SHANGHAI) == "2026-10"
    assert newest_owed(MONTHLY, third_of_december, SHANGHAI) == "2026-11"
    assert list(months_owed(MONTHLY, "2026-10", third_of_december - 1, SHANGHAI)) == []
    assert list(months_owed(MONTHLY, "2026-10", third_of_december, SHANGHAI)) == ["2026-11"]
    assert list(months_owed(MONTHLY, "2026-10", third_of_december + 70 * DAY, SHANGHAI)) == [
        "2026-11",
        "2026-12",
        "2027-01",
    ]
    report = wanted(MONTHLY, "2026-11", third_of_december, SHANGHAI)
    assert (report.until - report.since, report.key) == (30 * DAY, "schedule/fire/2026-11")
    assert (
        wanted(MONTHLY, "2026-03", 0, ZoneInfo("Europe/Berlin")).until
        - wanted(MONTHLY, "2026-03", 0, ZoneInfo("Europe/Berlin")).since
        == 31 * DAY - HOUR
    )
    assert wanted(MONTHLY, "2026-02", 0, UTC).until - wanted(MONTHLY, "2026-02", 0, UTC).since == 28 * DAY


def test_a_schedule_asks_once_a_month_also_over_a_restart_and_a_downtime(home: House) -> None:
    def step(now: int) -> list[str]:
        with home.records.begin() as unit:
            ask_scheduled(unit, (MONTHLY,), now)
        with home.records.read() as unit:
            return sorted(one.key for one in unit.issued_reports.find().rows)

    assert step(NOW) == []
    assert step(NOW + DAY) == []
    assert step(NOW + 12 * DAY) == step(NOW + 12 * DAY) == ["schedule/fire/2026-11"]
    assert step(NOW + 75 * DAY) == ["schedule/fire/2026-11", "schedule/fire/2026-12", "schedule/fire/2027-01"]


def test_those_who_wait_for_it_are_told_once_by_e_mail(home: House) -> None:
    work(home)
    report = asked(home, recipients=MONTHLY.to, schedule="fire", asked_by="system:reports")
    issuing(home).run(NOW)
    with home.records.read() as unit:
        notices = unit.notices.find(NoticeFilter(causes=(f"issued-report:{report.id}",))).rows
    assert sorted(one.address for one in notices) == sorted(MONTHLY.to)
    assert {one.channel for one in notices} == {"email"}
    message = Texts(link="https://duty.example.com").message(replace(notices[0], language="en"))
    assert message.link == f"https://duty.example.com/reports/{report.id}"
    made, post = read(home, report.id), Post()
    assert made.pdf in message.body
    assert "Attached: PDF, XLSX." in message.body
    with serving(post) as port:
        channel(port, file=KeptFiles(home.records)).send(message)
    files = [name_of(one.get_content()) for one in post.letters[0].iter_attachments()]
    assert files == [made.pdf, made.xlsx]
    with home.records.read() as unit:
        (fact,) = (one for one in unit.facts.of("issued-report", str(report.id)) if one.what == "made")
    assert (fact.data["mailed_to"], fact.data["attached"]) == (len(MONTHLY.to), files)
    assert "合规报告" in Texts().message(notices[0]).title


@pytest.mark.parametrize(
    ("pdf", "xlsx", "expected"),
    [
        (ATTACHED // 2, ATTACHED // 2, ["pdf", "xlsx"]),
        (ATTACHED // 2, ATTACHED // 2 + 1, ["pdf"]),
        (ATTACHED + 1, 1, ["xlsx"]),
        (ATTACHED + 1, ATTACHED + 1, []),
    ],
)
def test_what_is_too_big_for_a_mail_stays_on_the_page(home: House, pdf: int, xlsx: int, expected: list[str]) -> None:
    report, made = asked(home), Made(snapshot=None, figures=b"", pdf=bytes(pdf), xlsx=bytes(xlsx))  # type: ignore[arg-type]
    files = attached(replace(report, pdf="p", xlsx="x"), made)
    assert [one["name"].rpartition(".")[2] for one in files] == expected
    with home.records.read() as unit:
        notice = notice_of(unit, report, "a@example.com", files, NOW)
    for language in ("zh", "en"):
        body = Texts().message(replace(notice, language=language)).body
        assert all(one.upper() in body for one in expected)
        assert ("请在报告页下载" in body or "can be had from the report's page" in body) is (len(expected) < 2)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('[[report]]\nid = "x"\nday = 31', "report.0.day"),
        ('[[report]]\nid = "x"\nto = ["nobody"]', "e-mail"),
        ('[[report]]\nid = "x"\nclauses = ["EQ-99"]', "no clause"),
        ('[[report]]\nid = "x"\nat = "25:00"', "time of day"),
        ('[[report]]\nid = "x"\n[[report]]\nid = "x"', "twice"),
        ('[[report]]\nid = "x"\nweekly = true', "weekly"),
        ("[[report", "TOML"),
    ],
)
def test_a_broken_file_of_schedules_says_where(text: str, wrong: str) -> None:
    with pytest.raises(BrokenSchedules, match=wrong):
        read_schedules(text, "report-schedules.toml")


def test_a_file_of_schedules_is_read() -> None:
    text = '[[report]]\nid = "fire"\nday = 3\nzones = ["t1"]\nclauses = ["FI-1"]\nto = ["fire@example.com", "boss@example.com"]\n'
    assert read_schedules(text, "x") == (MONTHLY,)


def test_the_example_s_schedules_can_be_read() -> None:
    file = RIVERSIDE.parent / "report-schedules.toml"
    assert [one.id for one in read_schedules(file.read_text("utf-8"), str(file))] == ["monthly", "fire"]
