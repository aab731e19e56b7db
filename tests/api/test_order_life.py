"""The life of an order as people live it: given, taken, proved on the spot, held, recorded, verified, put together."""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from api.app import create_app
from facility.alert import Condition
from facility.fact import Fact
from facility.person import Role
from facility.place_code import PlaceCode
from facility.text import Text
from facility.work_class import Check
from facility.work_order import STEPS, Action, State, WorkOrder, steps_from
from response.class_files import load_classes
from storage.records.port import AlertFilter, WorkOrderFilter
from tests.api.browser import Browser, words
from tests.api.seed import BOOK, GAUGE, NOW, House

ORDERS = "/api/v1/work-orders"
Headers = Callable[[Role], dict[str, str]]
FULL: dict[str, Any] = {
    "reason": "because", "assignee": "engineer", "approver": "manager", "other": 2,
}  # fmt: skip


@pytest.fixture
def classed(home: House) -> House:
    """A house whose classes of work are those that ship."""
    book = replace(BOOK, classes=load_classes())
    return replace(home, context=replace(home.context, book=lambda: book))


@pytest.fixture
def api(classed: House) -> Iterator[TestClient]:
    with TestClient(create_app(classed.context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


class Crew:
    """People who press buttons."""

    def __init__(self, client: TestClient, home: House) -> None:
        self.client, self.home = client, home
        self.number = home.raise_alert("pump-pressure-band", GAUGE, value=0.48).work_order or 0

    def take(self, role: Role, action: str, number: int | None = None, **wish: object) -> tuple[int, dict[str, object]]:
        headers = {"authorization": f"Bearer dr_{role.value}"}
        answer = self.client.post(f"{ORDERS}/{number or self.number}/{action}", json=wish, headers=headers)
        return answer.status_code, answer.json()

    def to(self, *actions: str) -> None:
        for action in actions:
            status, answer = self.take(Role.ENGINEER, action, reason="no code there", approver="manager")
            assert status == 200, answer

    def upload(self, path: str, body: bytes, name: str = "x.jpg", **fields: str) -> tuple[int, dict[str, object]]:
        answer = self.client.post(
            f"{ORDERS}/{self.number}/{path}",
            files={"file": (name, body, "application/octet-stream")},
            data=fields,
            headers={"authorization": "Bearer dr_engineer"},
        )
        return answer.status_code, answer.json()

    def order(self, number: int | None = None) -> WorkOrder:
        with self.home.records.read() as unit:
            return unit.work_orders.get(number or self.number)

    def facts(self, number: int | None = None) -> list[Fact]:
        with self.home.records.read() as unit:
            return unit.facts.of("work-order", str(number or self.number))


@pytest.fixture
def crew(api: TestClient, classed: House) -> Crew:
    return Crew(api, classed)


@pytest.mark.parametrize("state", State)
def test_every_state_offers_what_the_table_says_and_nothing_else(crew: Crew, state: State) -> None:
    """Each of the table's squares is walked through the interface; what is refused changes nothing."""
    crew.home.raise_alert("smoke-alarm", first(crew.home, "smoke"))
    headers = {"authorization": "Bearer dr_admin"}
    for action in Action:
        before = put(crew, state)
        possible = {step.action for step in steps_from(before)}
        answer = crew.client.get(f"{ORDERS}/{crew.number}", headers=headers).json()
        assert {step["action"] for step in answer["steps"]} == {one.value for one in possible}
        status, after = crew.take(Role.ADMIN, action.value, **FULL)
        if action in possible:
            step = next(step for step in STEPS if step.action is action and state in step.sources)
            assert (status, crew.order().state) == (200, step.target or state), after
        else:
            assert (status, set(after["allowed"])) == (409, {one.value for one in possible})  # type: ignore[call-overload]
            assert crew.order() == before


def put(crew: Crew, state: State) -> WorkOrder:
    """The order as it may stand in that state."""
    with crew.home.records.begin() as unit:
        now = unit.work_orders.get(crew.number)
        there = replace(now, state=state, emergency=True, kind="building", finished_by="", duplicate_of=None)
        return unit.work_orders.update(replace(there, closed=None if there.open else NOW, held_at=None))


def first(home: House, quantity: str) -> str:
    return next(point.id for point in home.register().points.values() if point.quantity == quantity)


def test_a_hundred_who_accept_at_once_are_one_and_the_others_are_told_who(crew: Crew) -> None:
    answers: list[tuple[int, dict[str, object]]] = []
    crew.to("accept", "reject")

    def accept() -> None:
        answers.append(crew.take(Role.ENGINEER, "accept"))

    threads = [threading.Thread(target=accept) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] + [409] * 19
    assert all(body["last"]["what"] == "accepted" for status, body in answers if status == 409)  # type: ignore[index]


def test_who_decides_on_an_old_page_is_told_what_was_done_meanwhile(crew: Crew) -> None:
    crew.take(Role.OFFICER, "dispatch", assignee="engineer")
    status, problem = crew.take(Role.ADMIN, "dispatch", assignee="officer", version=0)
    assert (status, problem["last"]["what"]) == (409, "dispatched")  # type: ignore[index]
    assert crew.order().assignee == "engineer"


def test_a_clock_that_ran_out_meanwhile_is_not_who_was_first(crew: Crew) -> None:
    crew.take(Role.OFFICER, "dispatch", assignee="engineer")
    [*_, dispatched] = crew.facts()
    with crew.home.records.begin() as unit:
        unit.facts.append(replace(dispatched, what="breached", before=dispatched.after, who="system:clocks"))
    status, problem = crew.take(Role.ADMIN, "dispatch", assignee="officer", version=0)
    assert (status, problem["last"]["what"]) == (409, "dispatched")  # type: ignore[index]


def test_nobody_is_there_by_pressing_a_button(crew: Crew) -> None:
    crew.to("accept")
    status, problem = crew.take(Role.ENGINEER, "arrive")
    assert (status, problem["errors"][0]["field"]) == (422, "proof")  # type: ignore[index]
    status, problem = crew.take(Role.ENGINEER, "arrive", code="GUESSEDCODE1")
    assert (status, problem["errors"][0]["field"]) == (422, "code")  # type: ignore[index]
    assert crew.order().state is State.ACCEPTED


@pytest.mark.parametrize(("zone", "status"), [("", 200), ("t2", 422)])
def test_the_code_that_hangs_there_proves_it_and_one_from_elsewhere_does_not(
    crew: Crew, zone: str, status: int
) -> None:
    order = crew.order()
    with crew.home.records.begin() as unit:
        code = PlaceCode(code="A1b2C3d4E5f6", zone=zone or order.zone, created=NOW, created_by="manager")
        unit.place_codes.add(code)
    crew.to("accept")
    assert crew.take(Role.ENGINEER, "arrive", code="https://dutyroom.example/report/A1b2C3d4E5f6")[0] == status
    if status == 200:
        assert crew.facts()[-1].data["proof"] == f"code:{order.zone}/"


@pytest.mark.parametrize(("approver", "status"), [("", 422), ("guard", 422), ("nobody", 422), ("manager", 200)])
def test_a_hold_needs_a_reason_and_another_person_who_may_allow_it(crew: Crew, approver: str, status: int) -> None:
    crew.to("accept", "arrive", "start")
    assert crew.take(Role.ENGINEER, "hold", reason="waiting for a seal", approver=approver)[0] == status
    if status == 200:
        order = crew.order()
        assert (order.approver, order.held_why, order.held_at) == ("manager", "waiting for a seal", NOW)
        assert crew.facts()[-1].data["approver"] == "manager"


def test_who_may_not_work_is_given_no_work(crew: Crew) -> None:
    assert crew.take(Role.OFFICER, "dispatch", assignee="inspector")[0] == 422
    assert crew.take(Role.OFFICER, "dispatch", assignee="somebody")[0] == 422


def test_it_is_not_finished_before_what_must_be_done_is_ticked(crew: Crew) -> None:
    crew.to("accept", "arrive", "start")
    status, problem = crew.take(Role.ENGINEER, "finish", reason="done")
    assert (status, problem["errors"][0]["field"]) == (422, "checklist")  # type: ignore[index]
    assert record(crew, "checks", check="nonsense")[0] == 422
    assert record(crew, "checks", check="valve")[0] == 200
    assert crew.take(Role.ENGINEER, "finish", reason="done")[0] == 200


def test_it_is_not_finished_without_the_photo_that_a_line_of_the_checklist_asks_for(
    crew: Crew, classed: House, signed_in: Callable[[str], Browser]
) -> None:
    kind = crew.order().kind
    line = Check(id="dry", title=Text("已擦干", "Dry"), must=True, photo=True)
    classed.context.book().classes[kind] = replace(load_classes()[kind], checklist=(line,))  # type: ignore[index]
    crew.to("accept", "arrive", "start")
    engineer = signed_in("engineer")
    assert "已擦干 必做 照片" in words(engineer.page(f"/work-orders/{crew.number}"))
    assert record(crew, "checks", check="dry")[0] == 200
    assert crew.upload("files", b"only words", "words.txt")[0] == 200
    status, problem = crew.take(Role.ENGINEER, "finish", reason="done")
    assert (status, problem["errors"][0]["field"]) == (422, "photo")  # type: ignore[index]
    assert "已擦干" in str(problem)
    _, struck = crew.upload("files", photo(), "blurred.jpg")
    assert record(crew, "strikes", seq=struck["seq"], reason="blurred")[0] == 200
    assert crew.take(Role.ENGINEER, "finish", reason="done")[0] == 422
    assert "已擦干 照片" in words(engineer.page(f"/work-orders/{crew.number}"))
    assert crew.upload("files", photo(size=(400, 300)), "dry.jpg")[0] == 200
    assert "已擦干 照片" not in words(engineer.page(f"/work-orders/{crew.number}"))
    assert crew.take(Role.ENGINEER, "finish", reason="done")[0] == 200


def record(crew: Crew, what: str, **body: object) -> tuple[int, dict[str, object]]:
    answer = crew.client.post(
        f"{ORDERS}/{crew.number}/{what}", json=body, headers={"authorization": "Bearer dr_engineer"}
    )
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("value", "kept", "inside"),
    [("0.62 MPa", 0.62, True), ("620 kPa", 0.62, True), ("0.9 MPa", 0.9, False), ("0.62", 0.62, True)],
)
def test_a_measurement_is_converted_and_judged_at_once(crew: Crew, value: str, kept: float, inside: bool) -> None:
    with crew.home.records.begin() as unit:
        unit.alerts.update(replace(unit.alerts.get(1), low=0.5, high=0.7))
    status, fact = record(crew, "measurements", side="after", value=value)
    assert status == 200, fact
    data = fact["data"]
    assert isinstance(data, dict)
    assert (data["value"], data["unit"], data["inside"], data["low"], data["high"]) == (kept, "MPa", inside, 0.5, 0.7)


@pytest.mark.parametrize("value", ["0.6 MΩ", "much", "", "0.6 furlongs"])
def test_what_has_the_wrong_unit_is_refused_with_those_that_are_allowed(crew: Crew, value: str) -> None:
    status, problem = record(crew, "measurements", side="after", value=value)
    assert (status, problem["errors"][0]["field"]) == (422, "value")  # type: ignore[index]
    assert crew.facts()[-1].what == "opened"


def test_parts_and_time_are_recorded_and_a_wrong_entry_is_struck_out_not_changed(crew: Crew) -> None:
    assert record(crew, "parts", name="Seal 45 mm", count=2)[0] == 200
    _, wrong = record(crew, "time", minutes=400)
    assert record(crew, "time", minutes=0)[0] == 422
    assert record(crew, "strikes", seq=wrong["seq"], reason="")[0] == 422
    assert record(crew, "strikes", seq=wrong["seq"], reason="40, not 400")[0] == 200
    assert record(crew, "strikes", seq=wrong["seq"], reason="again")[0] == 409
    assert record(crew, "strikes", seq=1, reason="not an entry")[0] == 422
    from facility.work_log import read_log

    log = read_log(crew.facts())
    assert (log.minutes, log.times[0].struck, log.parts[0].count) == (0, "40, not 400", 2)


def photo(*, place: bool = True, size: tuple[int, int] = (900, 600), format: str = "JPEG") -> bytes:
    picture, out, exif = Image.new("RGB", size, "grey"), io.BytesIO(), Image.Exif()
    ImageDraw.Draw(picture).line((0, 0, *size), fill="white", width=9)
    exif[0x0112] = 6
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 32.0, 0.0), 3: "E", 4: (114.0, 3.0, 0.0)})
    picture.save(out, format, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_where_a_photo_was_taken_is_taken_out_unless_it_is_wanted(crew: Crew, format: str) -> None:
    status, fact = crew.upload("files", photo(format=format), "水泵 房.JPG")
    assert status == 200, fact
    data = fact["data"]
    assert isinstance(data, dict)
    assert (data["located"], data["thumb"], data["name"]) == (False, True, "水泵 房.JPG")
    with crew.home.records.read() as unit:
        kept = unit.files.get(data["sha256"])
    found = Image.open(io.BytesIO(kept.body)).getexif()
    assert (dict(found.get_ifd(0x8825)), found[0x0112]) == ({}, 6)
    assert kept.thumb is not None
    assert Image.open(io.BytesIO(kept.thumb)).size == (240, 360)
    _, wanted = crew.upload("files", photo(format=format), "p.jpg", keep_location="true")
    assert wanted["data"]["located"]  # type: ignore[index]


def test_a_file_is_known_by_its_content_and_told_how_large_it_may_be(crew: Crew) -> None:
    assert crew.upload("files", b"%PDF-1.7 x", "report.exe")[1]["data"]["media"] == "application/pdf"  # type: ignore[index]
    for body, name in (
        (b"MZ\x90\x00\x03", "photo.jpg"),
        (b"<html>\x00", "x.txt"),
        (b"", "e.txt"),
        (photo()[:900], "cut.jpg"),
    ):
        status, problem = crew.upload("files", body, name)
        assert (status, problem["errors"][0]["field"]) == (422, "file"), name  # type: ignore[index]
    status, problem = crew.upload("files", b"%PDF-" + b"0" * (15 * 1024 * 1024), "large.pdf")
    assert status == 422
    assert "15 MB" in str(problem["detail"])


def test_the_same_photo_twice_is_one_entry_and_is_only_given_out_for_its_order(crew: Crew) -> None:
    _, one = crew.upload("files", photo())
    _, two = crew.upload("files", photo())
    assert one["seq"] == two["seq"]
    sha = one["data"]["sha256"]  # type: ignore[index]
    headers = {"authorization": "Bearer dr_inspector"}
    answer = crew.client.get(f"{ORDERS}/{crew.number}/files/{sha}", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["content-security-policy"]
    crew.home.raise_alert("smoke-alarm", first(crew.home, "smoke"))
    assert crew.client.get(f"{ORDERS}/2/files/{sha}", headers=headers).status_code == 404


def drawn(*, blank: bool = False) -> bytes:
    picture, out = Image.new("RGBA", (600, 200), (0, 0, 0, 0)), io.BytesIO()
    if not blank:
        ImageDraw.Draw(picture).line((20, 20, 400, 160), fill=(0, 0, 0, 255), width=4)
    picture.save(out, "PNG")
    return out.getvalue()


def test_a_signature_is_drawn_and_has_a_name(crew: Crew) -> None:
    assert crew.upload("signatures", drawn(), "s.png", signer="")[0] == 422
    assert crew.upload("signatures", drawn(blank=True), "s.png", signer="王工")[0] == 422
    assert crew.upload("signatures", photo(), "s.png", signer="王工")[0] == 422
    assert crew.upload("signatures", drawn(), "s.png", signer="王工")[0] == 200
    assert crew.facts()[-1].data["signer"] == "王工"


def test_what_is_over_is_written_into_no_more(crew: Crew) -> None:
    crew.take(Role.OFFICER, "cancel", reason="false alarm")
    assert record(crew, "parts", name="Seal")[0] == 409
    assert crew.upload("files", photo())[0] == 409


def test_a_guard_records_nothing(crew: Crew) -> None:
    answer = crew.client.post(
        f"{ORDERS}/{crew.number}/parts", json={"name": "x"}, headers={"authorization": "Bearer dr_guard"}
    )
    assert answer.status_code == 403


def test_a_duplicate_hands_its_alerts_and_its_clocks_to_the_one_that_goes_on(crew: Crew) -> None:
    other = crew.home.raise_alert("pipe-burst", first(crew.home, "leak"))
    assert crew.take(Role.OFFICER, "duplicate", other=other.work_order, reason="same pipe")[0] == 200
    gone, stays = crew.order(), crew.order(other.work_order)
    assert (gone.state, gone.duplicate_of) == (State.DUPLICATE, stays.id)
    assert {"arrive", "notice"} <= {clock.name for clock in stays.clocks}
    assert stays.event_at == min(gone.event_at, other.started)
    with crew.home.records.read() as unit:
        alerts = unit.alerts.find(AlertFilter(work_order=stays.id)).rows
        assert [alert.rule for alert in alerts] == ["pipe-burst", "pump-pressure-band"]
        assert unit.work_orders.find(WorkOrderFilter(duplicate_of=stays.id)).rows == [gone]
    assert [crew.facts(n)[-1].data["other"] for n in (gone.id, stays.id)] == [stays.id, gone.id]


def test_nothing_becomes_a_duplicate_of_what_is_over(crew: Crew) -> None:
    other = crew.home.raise_alert("pipe-burst", first(crew.home, "leak"))
    crew.take(Role.OFFICER, "cancel", other.work_order, reason="no")
    assert crew.take(Role.OFFICER, "duplicate", other=other.work_order)[0] == 422


def test_it_closes_when_every_alert_of_it_is_normal_again(crew: Crew) -> None:
    other = crew.home.raise_alert("pipe-burst", first(crew.home, "leak"))
    crew.take(Role.OFFICER, "duplicate", other.work_order, other=crew.number)
    record(crew, "checks", check="valve")
    crew.to("accept", "arrive", "start", "finish")
    for alert, status in ((1, 422), (2, 200)):
        with crew.home.records.begin() as unit:
            unit.alerts.update(replace(unit.alerts.get(alert), condition=Condition.NORMAL, ended=NOW))
        assert crew.take(Role.OFFICER, "verify")[0] == status
    assert crew.order().verified_by


def test_an_order_by_hand_has_the_clocks_of_its_class_from_when_it_happened(crew: Crew) -> None:
    body = {"kind": "public-area", "title": "大堂地砖松动", "zone": "garage", "description": "门口第三块"}
    answer = crew.client.post(ORDERS, json=body, headers={"authorization": "Bearer dr_officer"})
    assert answer.status_code == 200, answer.text
    order = crew.order(answer.json()["id"])
    assert (order.source.value, order.kind, order.severity, order.alert) == ("hand", "public-area", 4, None)
    assert {clock.name: clock.started for clock in order.clocks} == {"respond": NOW, "resolve": NOW}
    assert crew.facts(order.id)[0].data["source"] == "hand"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "magic"}, "kind"), ({"title": " "}, "title"), ({"zone": ""}, "zone"), ({"zone": "moon"}, "zone"),
     ({"severity": "9"}, "severity"), ({"happened": "2099-01-01T00:00:00Z"}, "event_at")],
)  # fmt: skip
def test_what_an_order_by_hand_lacks_is_named(crew: Crew, change: dict[str, str], field: str) -> None:
    body = {"kind": "public-area", "title": "x", "zone": "garage", **change}
    answer = crew.client.post(ORDERS, json=body, headers={"authorization": "Bearer dr_officer"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.fixture
def signed_in(api: TestClient) -> Callable[[str], Browser]:
    def sign_in(name: str) -> Browser:
        made = Browser(TestClient(api.app, raise_server_exceptions=False, follow_redirects=False))
        made.sign_in(name)
        return made

    return sign_in


def test_the_second_of_two_is_told_on_the_page_what_the_first_did(
    crew: Crew, signed_in: Callable[[str], Browser]
) -> None:
    one, two = signed_in("officer"), signed_in("manager")
    assert one.send(f"/work-orders/{crew.number}/dispatch", assignee="engineer", version="0") == 303
    answer = two.client.post(
        f"/work-orders/{crew.number}/dispatch", data={"csrf": two.csrf, "assignee": "officer", "version": "0"},
        headers={"accept-language": "en"},
    )  # fmt: skip
    assert answer.status_code == 409
    assert "dispatched, by officer" in words(answer.text)


def test_an_order_by_hand_names_the_open_ones_that_may_be_about_the_same(
    crew: Crew, signed_in: Callable[[str], Browser]
) -> None:
    officer, there = signed_in("officer"), crew.order()
    form = {"kind": there.kind, "title": "泵房漏水", "place": f"zone:{there.zone}", "ago": "5"}
    assert officer.send("/work-orders", **form) == 303
    page = words(officer.page(f"/work-orders/{there.id + 1}"))
    assert f"可能是同一件事 #{there.id}" in page
    assert "泵房漏水" in page


def test_an_order_into_which_a_more_urgent_one_is_put_is_headed_by_it_and_the_page_says_so(
    crew: Crew, signed_in: Callable[[str], Browser]
) -> None:
    before = crew.order()
    burst = crew.home.raise_alert("pipe-burst", first(crew.home, "leak"))
    assert crew.take(Role.OFFICER, "duplicate", burst.work_order, other=crew.number, reason="same pipe")[0] == 200
    after = crew.order()
    assert before.severity > burst.severity
    assert (after.title, after.rule, after.clause, after.point) == (
        burst.title,
        burst.rule,
        burst.clause,
        burst.point,
    )
    page = words(signed_in("officer").page(f"/work-orders/{crew.number}"))
    assert f"{before.title.zh} → {burst.title.zh}" in page


def test_cancelling_while_the_alarm_goes_on_is_warned_of_and_kept(
    crew: Crew, signed_in: Callable[[str], Browser]
) -> None:
    officer = signed_in("officer")
    warning = "取消只是结束这张工单，原因还在"
    assert warning in words(officer.page(f"/work-orders/{crew.number}"))
    assert crew.take(Role.OFFICER, "cancel", reason="")[0] == 422
    assert crew.take(Role.OFFICER, "cancel", reason="wrong pump")[0] == 200
    told = crew.facts()[-1]
    assert (told.what, told.why, told.data["still_on"]) == ("cancelled", "wrong pump", True)
    assert "当时报警还没有恢复" in words(officer.page(f"/work-orders/{crew.number}"))


def test_what_is_over_is_cancelled_without_a_warning(crew: Crew, signed_in: Callable[[str], Browser]) -> None:
    with crew.home.records.begin() as unit:
        unit.alerts.update(replace(unit.alerts.get(1), condition=Condition.NORMAL))
    assert "原因还在" not in words(signed_in("officer").page(f"/work-orders/{crew.number}"))
    assert crew.take(Role.OFFICER, "cancel", reason="wrong pump")[0] == 200
    assert "still_on" not in crew.facts()[-1].data


def test_whoever_has_work_about_lives_is_told_on_the_page_that_another_cancels_it(
    crew: Crew, signed_in: Callable[[str], Browser]
) -> None:
    with crew.home.records.begin() as unit:
        unit.work_orders.update(replace(unit.work_orders.get(crew.number), life_safety=True))
    officer = signed_in("officer")
    address = f"/work-orders/{crew.number}"
    assert officer.send(f"{address}/accept") == 303
    page = words(officer.page(address))
    assert "由经办人以外的另一人取消" in page
    assert f'action="{address}/cancel"' not in officer.page(address)
    assert officer.send(f"{address}/cancel", reason="done with") == 409
    assert crew.order().open
    assert signed_in("manager").send(f"{address}/cancel", reason="nobody inside") == 303
    assert crew.order().state is State.CANCELLED
