"""A checklist filled in at a desk: for what is owed, for what was done without being owed, and to correct a result."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from api.access import Visitor
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of, zone_of
from api.result_room import KEY_TAKEN, result_room
from api.routes.results import DutyActor
from api.sessions import TryLater, caller_of, proven
from api.signals import prepared
from api.web.check_sheet import Filled, answered, last_found, lines, prefilled, read
from api.web.page import reading
from api.web.times import entered
from facility.alert_life import FieldRefused
from facility.duty import CheckKind
from facility.inspection import Result
from facility.text import Text
from inspections.asked import Asked, look_up
from inspections.draft import Draft, DraftRefused, KeyTaken, Wrong
from inspections.sensor_evidence import instruments_for
from inspections.submitting import submit
from response.attachments import LARGEST, take_in
from storage.records.people import Account
from storage.records.port import NotFound
from storage.records.results import ResultFilter

router = APIRouter()
Given = Annotated[Context, Depends(context_of)]
_WRONG_PASSWORD = Text("登录名或密码不对", "is not signed: name and password do not fit")
_TWICE = Text("不能由同一个人签两次", "is whoever submits; allowed: another person")


LAST = 12
"""So many results back it is looked for what was found last time."""


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """The form, with its files, which are closed behind it."""
    form = await request.form()
    yield form
    await form.close()


Form = Annotated[FormData, Depends(form_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a sheet is for: the part of a draft that names it."""

    occurrence: int | None = None
    duty: str = ""
    target: str = ""
    corrects: int | None = None

    def draft(self, **more: object) -> Draft:
        """A draft about it."""
        names = {"occurrence": self.occurrence, "duty": self.duty, "target": self.target, "corrects": self.corrects}
        return Draft(**{"key": "-", **names, **more})  # type: ignore[arg-type]


@router.get("/duties/{number}/do")
def show_owed(request: Request, visitor: DutyActor, number: int) -> Response:
    """For one occurrence."""
    return _show(request, visitor, About(occurrence=number))


@router.post("/duties/{number}/do")
def do_owed(*, request: Request, visitor: DutyActor, context: Given, form: Form, number: int) -> Response:
    """Filled in."""
    return _take(request, visitor, context, form, About(occurrence=number))


@router.get("/results/new")
def show_unowed(request: Request, visitor: DutyActor, duty: str = "", target: str = "") -> Response:
    """Done without being owed."""
    return _show(request, visitor, About(duty=duty, target=target))


@router.post("/results/new")
def do_unowed(
    *, request: Request, visitor: DutyActor, context: Given, form: Form, duty: str = "", target: str = ""
) -> Response:
    """Filled in."""
    return _take(request, visitor, context, form, About(duty=duty, target=target))


@router.get("/results/{number}/correct")
def show_correction(request: Request, visitor: DutyActor, number: int) -> Response:
    """With what the result says, to be set right."""
    return _show(request, visitor, About(corrects=number))


@router.post("/results/{number}/correct")
def do_correction(*, request: Request, visitor: DutyActor, context: Given, form: Form, number: int) -> Response:
    """A further result that names the old one."""
    return _take(request, visitor, context, form, About(corrects=number))


def _show(
    request: Request,
    visitor: Visitor,
    about: About,
    *,
    filled: Filled | None = None,
    wrong: Sequence[Wrong] = (),
    key: str = "",
) -> Response:
    with reading(request, visitor) as page:
        room = result_room(page.context, page.unit)
        try:
            asked = look_up(page.unit, room, about.draft())
        except DraftRefused as refused:
            raise NotFound(str(refused)) from None
        signals = prepared(page.context, page.unit, asked.duty, asked.occurrence, page.look.now)
        given = dict(filled.given) if filled else prefilled(asked.old) if asked.old else None
        if given is None and signals is not None:
            given = answered(signals.answers)
        if filled and given is not None:
            given |= {f"{row}.kept": " ".join(files) for row, files in filled.files.items()}
        before = ResultFilter(duties=(asked.duty.id,), targets=(asked.target.id,))
        last = last_found([asked.old] if asked.old else page.unit.results.find(before, limit=LAST).rows)
        sheet = lines(
            asked.duty, instruments_for(page.register, asked.target.asset, asked.duty), last, given=given, wrong=wrong
        )
        return page.render(
            "check_sheet.html",
            422 if wrong else 200,
            asked=asked,
            lines=sheet,
            given=given or {},
            top=[one for one in wrong if not one.field.startswith("answers.")],
            wrong=wrong,
            key=key or f"desk:{secrets.token_urlsafe(12)}",
            first=_first(page.unit.results.of_occurrence(asked.occurrence.id) if asked.occurrence else []),
            people=[one for one in page.enabled if one.id != visitor.actor.id],
            address=_address(about),
            kinds=CheckKind,
            signals=signals,
        )


def _first(results: list[Result]) -> Result | None:
    return next((one for one in results if one.corrects is None), None)


def _address(about: About) -> str:
    if about.corrects is not None:
        return f"/results/{about.corrects}/correct"
    if about.occurrence is not None:
        return f"/duties/{about.occurrence}/do"
    from urllib.parse import urlencode

    return f"/results/new?{urlencode({'duty': about.duty, 'target': about.target})}"


def _take(request: Request, visitor: Visitor, context: Context, form: FormData, about: About) -> Response:
    given = {name: value[:LONGEST_TEXT] for name, value in form.multi_items() if isinstance(value, str)}
    given.pop("csrf", None)
    asked = _asked(context, about, given.get("version", ""))
    files, unread = _files(context, form, given)
    sworn, unsigned = _sworn(request, visitor, context, asked, given)
    filled = read(asked.duty, _shown(given), files, sworn)
    wrong = (*filled.wrong, *unread, *unsigned)
    if wrong:
        return _show(request, visitor, about, filled=filled, wrong=wrong, key=given.get("key", ""))
    draft = about.draft(
        key=f"{visitor.actor.id}:{given.get('key') or secrets.token_urlsafe(12)}",
        duty_version=given.get("version", ""),
        device_at=_done_at(context, given.get("done", "")),
        answers=filled.answers,
        why=given.get("why", ""),
        with_whom=tuple(name for name in (given.get("with", ""),) if name),
        sensors=_sensors(context, asked),
    )
    now = context.clock()
    try:
        made = write(context, lambda unit: submit(unit, result_room(context, unit), draft, visitor.actor.id, now))
    except DraftRefused as refused:
        return _show(request, visitor, about, filled=filled, wrong=refused.wrong, key=given.get("key", ""))
    except KeyTaken as taken:
        told = Text(*(KEY_TAKEN.say(language).format(number=taken.result) for language in ("zh", "en")))
        return _show(request, visitor, about, filled=filled, wrong=(Wrong("key", told),))
    return RedirectResponse(f"/results/{made.id}", 303)


def _sensors(context: Context, asked: Asked) -> tuple[tuple[str, int], ...]:
    """What stood in the form as said by sensors, looked up again: nobody may send it."""
    with context.records.read() as unit:
        found = prepared(context, unit, asked.duty, asked.occurrence, context.clock())
    return found.sensors if found else ()


def _asked(context: Context, about: About, version: str) -> Asked:
    with context.records.read() as unit:
        try:
            return look_up(unit, result_room(context, unit), about.draft(duty_version=version))
        except DraftRefused as refused:
            raise NotFound(str(refused)) from None


def _shown(given: Mapping[str, str]) -> dict[str, str]:
    """What may stand in the form again: no password."""
    return {name: value for name, value in given.items() if not name.endswith("password")}


def _done_at(context: Context, local: str) -> int | None:
    with context.records.read() as unit:
        return entered(local, zone_of(context.site(context.register(unit))))


def _files(
    context: Context, form: FormData, given: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], tuple[Wrong, ...]]:
    """Row → files; they are kept at once, so that a second try need not send them again."""
    found: dict[str, tuple[str, ...]] = {
        name.removesuffix(".kept"): tuple(value.split()) for name, value in given.items() if name.endswith(".kept")
    }
    wrong: list[Wrong] = []
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile) or not value.filename:
            continue
        row = name.removesuffix(".photo")
        try:
            taken = take_in(value.file.read(LARGEST + 1), context.clock()).file
        except FieldRefused as refused:
            wrong.append(Wrong(f"answers.{row.rpartition('.')[0]}.files", refused.wrong))
            continue
        write(context, lambda unit, taken=taken: unit.files.keep(taken))  # type: ignore[misc]
        found[row] = tuple(dict.fromkeys((*found.get(row, ()), taken.sha256)))
    return found, tuple(wrong)


def _sworn(
    request: Request, visitor: Visitor, context: Context, asked: Asked, given: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Wrong, ...]]:
    """Further people who sign give their own password here and now."""
    names: list[str] = []
    wrong: list[Wrong] = []
    check = next((one.id for one in asked.duty.checks if one.kind is CheckKind.SIGNATURE), "")
    for number in range(1, asked.duty.people if check else 1):
        who, password = given.get(f"second.{number}.who", ""), given.get(f"second.{number}.password", "")
        if not who and not password:
            continue
        told = _TWICE if who == visitor.actor.id else None
        try:
            if told is None:
                told = _wrong_password(context, proven(context, who, password, caller_of(request)))
        except TryLater as later:
            told = Text(
                f"试错太多；{later.minutes} 分钟后再试", f"was tried too often; allowed: again in {later.minutes} min"
            )
        if told is not None:
            wrong.append(Wrong(f"answers.{check}.signed", told))
        else:
            names.append(who)
    return tuple(names), tuple(wrong)


def _wrong_password(context: Context, account: Account | None) -> Text | None:
    """An account that was for a time signs nothing once that is over."""
    over = account is None or (account.until is not None and account.until <= context.clock())
    return _WRONG_PASSWORD if over else None
