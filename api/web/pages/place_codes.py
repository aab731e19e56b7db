"""The codes on the walls: made, printed on sheets, revoked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.access import Keeper, Reader
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.reporting import make_codes, revoke_code
from api.web.page import Page, reading
from facility.person import Right
from facility.place_code import PlaceCode
from facility.text import Text

router = APIRouter(prefix="/place-codes")
Given = Annotated[Context, Depends(context_of)]
SVG = {"content-type": "image/svg+xml", "content-disposition": "inline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label of a sheet."""

    code: PlaceCode
    address: str
    picture: Markup
    where: Text
    name: Text


@router.get("")
def show_list(request: Request, visitor: Reader) -> Response:
    """The good ones by place, and what has none yet."""
    with reading(request, visitor) as page:
        codes = page.unit.place_codes.all()
        good = [code for code in codes if code.good]
        held = {(code.zone, code.asset) for code in good}
        assets = [
            (f"asset:{a.id}", page.place_text(a.zone, a.id))
            for a in page.register.assets.values()
            if (a.zone, a.id) not in held
        ]
        zones = [(f"zone:{id}", page.place_text(id)) for id in page.register.zones if (id, "") not in held]
        return page.render(
            "place_codes.html",
            good=sorted(good, key=lambda code: page.place_text(code.zone, code.asset)),
            revoked=[code for code in codes if not code.good][::-1],
            zones=zones,
            assets=assets,
            base=base(request, page.context),
            given=bool(page.context.report_book().settings.address),
            may_make=page.look.may(Right.MANAGE_REGISTER),
        )


def base(request: Request, context: Context) -> str:
    """Where phones reach these pages: as the site says, else as the person who prints does."""
    return context.report_book().settings.address or str(request.base_url).rstrip("/")


@router.post("")
def make(visitor: Keeper, context: Given, scope: Annotated[list[str] | None, Form()] = None) -> Response:
    """A code for each place that was ticked; then its sheet."""
    wanted = scope or []
    if not wanted:
        return RedirectResponse("/place-codes", 303)
    now = context.clock()
    made = write(context, lambda unit: make_codes(unit, context.register(unit), visitor.actor, wanted, now))
    return RedirectResponse(f"/place-codes/sheet?{urlencode([('code', code.id) for code in made])}", 303)


@router.get("/sheet")
def show_sheet(request: Request, visitor: Reader, code: Annotated[list[int] | None, Query()] = None) -> Response:
    """To be printed: labels with the QR code and what to do, in both languages. All good ones where none is named."""
    with reading(request, visitor) as page:
        good = [one for one in page.unit.place_codes.all() if one.good and (not code or one.id in code)]
        settings = page.context.report_book().settings
        return page.render(
            "place_codes_sheet.html",
            labels=[_label(request, page, one) for one in good],
            hotline=settings.hotline,
            fire=settings.fire_brigade,
        )


def _label(request: Request, page: Page, code: PlaceCode) -> Label:
    asset = page.register.assets.get(code.asset)
    path = [zone.name for zone in page.register.zone_path(code.zone)]
    name = asset.name if asset else path.pop() if path else Text(code.zone, code.zone)
    where = Text(" › ".join(one.say("zh") for one in path), " › ".join(one.say("en") for one in path))
    address = f"{base(request, page.context)}/report/{code.code}"
    return Label(code=code, address=address, picture=Markup(qr(address)), where=where, name=name)  # noqa: S704 - our own SVG


def qr(address: str) -> str:
    """As SVG, readable still when a third of it is scratched away or dirty."""
    import segno

    out = io.BytesIO()
    code = segno.make_qr(address, error="q")
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=4,
        unit=None,
        omitsize=True,
        title=None,
        dark="#000",
        light="#fff",
    )
    return out.getvalue().decode()


@router.get("/{number}.svg")
def show_picture(request: Request, visitor: Reader, context: Given, number: int) -> Response:
    """One QR code as a file, for other printers."""
    del visitor
    with context.records.read() as unit:
        code = unit.place_codes.get(number)
    return Response(qr(f"{base(request, context)}/report/{code.code}"), headers=SVG)


@router.post("/{number}/revoke")
def revoke(
    visitor: Keeper, context: Given, number: int, reason: Annotated[str, Form(max_length=LONGEST_TEXT)] = ""
) -> Response:
    """Spread about, or torn off: it leads nowhere any more."""
    write(context, lambda unit: revoke_code(unit, visitor.actor, number, context.clock(), reason))
    return RedirectResponse("/place-codes", 303)
