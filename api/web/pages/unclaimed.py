"""Unclaimed devices: what spoke and is not in the register, and the form that gives it its place."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from api.access import Keeper, Reader, Visitor
from api.acting import write
from api.claiming import Claim, ClaimRefused, NewPoint, claim
from api.context import Context, context_of
from api.guessing import Guess, announced, guesses
from api.web.page import Page, reading
from api.web.pages.letters import readable
from collector.catalogue import DECODERS, levels
from facility.instant import duration, duration_text
from facility.letter import Unclaimed
from facility.person import Right
from facility.text import Text
from facility.units import QUANTITIES
from storage.records.port import Unit

router = APIRouter(prefix="/unclaimed")
Given = Annotated[Context, Depends(context_of)]
FIELDS = ("key", "name_zh", "name_en", "quantity", "unit", "resolution", "low", "high", "interval", "sent_unit", "loop")


@router.get("")
def show(request: Request, visitor: Reader, cursor: str | None = None) -> Response:
    """Newest first."""
    with reading(request, visitor) as page:
        try:
            found = page.unit.letters.unclaimed(cursor, 50)
        except ValueError:
            return RedirectResponse("/unclaimed", 303)
        return page.render(
            "unclaimed.html",
            rows=[(seen, readable(seen.payload), announced(seen)) for seen in found.rows],
            cursor=found.cursor,
            may_claim=page.look.may(Right.MANAGE_REGISTER),
        )


@router.get("/{number}")
def show_one(request: Request, visitor: Reader, number: int) -> Response:
    """The form, filled in with guesses."""
    with reading(request, visitor) as page:
        seen = page.unit.letters.get_unclaimed(number)
        return _form(page, seen, _entered(page, seen), [])


def _entered(page: Page, seen: Unclaimed) -> dict[str, Any]:
    """What the form holds before anybody touched it."""
    known = page.register.device_by_external.get((seen.source or "native", seen.external_id))
    rows = page.unit.letters.unclaimed_of(seen.source, seen.external_id)
    told = next((one for row in (seen, *rows) if (one := announced(row)) is not None), None)
    return {
        "device": known.id if known else _as_id(seen.external_id),
        "name_zh": known.name.zh if known else "",
        "name_en": known.name.en if known else told.device_name if told else "",
        "model": known.model if known else told.model if told else "",
        "gateway": known.gateway if known else "",
        "asset": "",
        "known": known is not None,
        "points": [_guessed(guess) for guess in guesses(seen, rows)] or [{"key": seen.key, "take": True}],
    }


def _as_id(external_id: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in external_id).lstrip("._-")[:100]


def _guessed(guess: Guess) -> dict[str, Any]:
    name = QUANTITIES[guess.quantity].name if guess.quantity else Text("", "")
    return {
        "key": guess.key,
        "sent_unit": guess.sent_unit if guess.sent_unit != guess.unit else "",
        "quantity": guess.quantity,
        "unit": guess.unit,
        "resolution": f"{guess.resolution:g}",
        "interval": duration_text(guess.interval),
        "name_zh": name.zh,
        "name_en": guess.name or name.en,
        "loop": guess.loop,
        "take": bool(guess.quantity),
    } | ({} if guess.value is None else {"value": guess.value})


def _form(page: Page, seen: Unclaimed, entered: dict[str, Any], errors: list[dict[str, str]]) -> Response:
    return page.render(
        "claim.html",
        422 if errors else 200,
        seen=seen,
        sample=readable(seen.payload),
        entered=entered,
        errors=errors,
        quantities=sorted(QUANTITIES.values(), key=lambda q: q.id),
        assets=[(a.id, page.place_text(a.zone, a.id)) for a in page.register.assets.values()],
        gateways=list(page.register.devices),
        unheard="" if seen.source else _decoder_of(seen),
        may_claim=page.look.may(Right.MANAGE_REGISTER),
    )


def _decoder_of(seen: Unclaimed) -> str:
    """Who would read what no source hears yet: by the topic that was announced, else as it was guessed."""
    told = announced(seen)
    if told is None:
        return seen.guess
    return next((decoder.name for decoder in DECODERS.values() if levels(decoder, told.topic)[1]), "")


@router.post("/{number}/claim")
async def claim_it(request: Request, visitor: Keeper, context: Given, number: int) -> Response:
    """Into the register, or back to the form with every field that is wrong."""
    form = await request.form()
    return await run_in_threadpool(_claim, request, visitor, context, number, form)


def _claim(request: Request, visitor: Visitor, context: Context, number: int, form: FormData) -> Response:
    entered = read_form(form)
    wanted, errors = read_claim(entered)

    def do(unit: Unit) -> list[str]:
        seen, register = unit.letters.get_unclaimed(number), unit.registers.load()
        return claim(unit, register, seen, wanted, actor=visitor.actor, at=context.clock())

    if not errors:
        try:
            made = write(context, do)
            return RedirectResponse(f"/points/{made[0]}", 303)
        except ClaimRefused as refused:
            errors = [{"field": e.field, "wrong": e.wrong, "allowed": e.allowed} for e in refused.errors]
    with reading(request, visitor) as page:
        return _form(page, page.unit.letters.get_unclaimed(number), entered, errors)


def read_form(form: FormData) -> dict[str, Any]:
    """The form as it was sent: device fields, and one row a value."""
    columns = {name: [str(v) for v in form.getlist(name)] for name in ("take", *FIELDS)}
    points = [
        {name: columns[name][index] if index < len(columns[name]) else "" for name in FIELDS}
        | {"take": key in columns["take"]}
        for index, key in enumerate(columns["key"])
    ]
    names = ("device", "device_zh", "device_en", "model", "gateway", "asset", "known")
    given = {name: str(form.get(name, "")).strip() for name in names}
    return given | {"name_zh": given["device_zh"], "name_en": given["device_en"], "points": points}


def read_claim(entered: dict[str, Any]) -> tuple[Claim, list[dict[str, str]]]:
    """The claim, and every cell that cannot be read."""
    errors: list[dict[str, str]] = []
    taken = [row for row in entered["points"] if row["take"]]
    points = tuple(_read_point(row, index, errors) for index, row in enumerate(taken))
    wanted = Claim(
        device=entered["device"],
        name=Text(entered["name_zh"], entered["name_en"]),
        model=entered["model"],
        gateway=entered["gateway"],
        asset=entered["asset"],
        points=points,
    )
    return wanted, errors


def _read_point(row: dict[str, str], index: int, errors: list[dict[str, str]]) -> NewPoint:
    def cell(name: str, empty: float | None) -> float | None:
        if not row[name].strip():
            return empty
        try:
            number = float(row[name])
        except ValueError:
            errors.append({"field": f"points.{index}.{name}", "wrong": repr(row[name]), "allowed": "a number"})
            return empty
        return number if abs(number) < 1e15 else empty

    return NewPoint(
        key=row["key"].strip(),
        name=Text(row["name_zh"].strip(), row["name_en"].strip()),
        quantity=row["quantity"],
        unit=row["unit"].strip(),
        resolution=cell("resolution", 0.0) or 0.0,
        low=cell("low", None),
        high=cell("high", None),
        interval=_interval(row["interval"], index, errors),
        sent_unit=row["sent_unit"].strip(),
        loop=row["loop"].strip(),
    )


def _interval(text: str, index: int, errors: list[dict[str, str]]) -> int:
    try:
        return duration(text) if text.strip() else 0
    except ValueError as error:
        errors.append({"field": f"points.{index}.interval", "wrong": repr(text), "allowed": str(error)})
        return 0
