"""Permissions: who may enter where and when, one holder, the review, and the door system's list beside them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api.access import Reader, Visitor, needs
from api.acting import LONGEST_TEXT, write
from api.context import Context, context_of
from api.doors import review_every
from api.permission_acting import compared, refused_review
from api.problems import Problem
from api.result_room import refusal, result_room
from api.web.look import language_of
from api.web.page import Page, reading
from facility.door_list import NAMES, TO_DO, Difference
from facility.permission import REASONS, Permissions, credential_standing, standing
from facility.permission_entries import Credential, CredentialState, Holder
from facility.permission_review import Decision, Line, ReviewRefused, Said, figures, lines
from facility.permission_telling import CLASSES, KINDS, hours_text, where_text, whom_text
from facility.person import Right
from inspections.draft import DraftRefused
from inspections.permission_deeds import finish_review, review_one, set_state
from storage.records.comparisons import last_comparison
from storage.records.port import NotFound

router = APIRouter(prefix="/permissions")
Given = Annotated[Context, Depends(context_of)]
Keeper = Annotated[Visitor, Depends(needs(Right.MANAGE_PERMISSIONS))]
Words = Annotated[str, Form(max_length=LONGEST_TEXT)]
Short = Annotated[str, Form(max_length=200)]
MOST_HOLDERS = 200
LARGEST = 5_000_000


@router.get("")
def show_list(request: Request, visitor: Reader, q: str = "") -> Response:
    """Permissions by class; and, for whoever looks after them, the people with their cards."""
    with reading(request, visitor) as page:
        permissions = page.unit.permissions.load()
        found = lines(permissions, page.register, page.look.now, review_every(page.context))
        holders = _holders(page, permissions, q)
        return page.render(
            "permissions.html",
            version=permissions.version,
            groups=_by_class(page, permissions, found),
            figures=figures(found),
            keeper=page.look.may(Right.MANAGE_PERMISSIONS),
            holders=holders[:MOST_HOLDERS],
            more=max(0, len(holders) - MOST_HOLDERS),
            q=q,
            versions=page.unit.permissions.versions(5),
            compared=last_comparison(page.unit),
        )


def _by_class(page: Page, permissions: Permissions, found: list[Line]) -> list[tuple[str, list[dict[str, Any]]]]:
    classes: dict[str, list[dict[str, Any]]] = {}
    for line in found:
        classes.setdefault(line.access, []).append(_line(page, permissions, line))
    return [(page.look.say(CLASSES[access]), rows) for access, rows in classes.items()]


def _line(page: Page, permissions: Permissions, line: Line) -> dict[str, Any]:
    one, say = line.permission, page.look.say
    named = page.look.may(Right.MANAGE_PERMISSIONS) or one.group
    return {
        "line": line,
        "one": one,
        "whom": say(whom_text(one, permissions)) if named else one.holder,
        "where": say(where_text(one, page.register)),
        "hours": say(hours_text(one)),
        "now": say(REASONS[standing(permissions, one, page.look.now)]),
    }


def _holders(page: Page, permissions: Permissions, q: str) -> list[dict[str, Any]]:
    """By name, id, group or the end of a card; for nobody but their keeper."""
    if not page.look.may(Right.MANAGE_PERMISSIONS):
        return []
    wanted, found = q.strip().casefold(), []
    for holder in permissions.holders.values():
        cards = permissions.credentials_of(holder.id)
        words = (holder.name, holder.id, holder.company, *holder.groups, *(card.tail for card in cards))
        if not wanted or any(wanted in word.casefold() for word in words):
            found.append({"holder": holder, "cards": cards, "groups": _groups(page, permissions, holder)})
    return found


def _groups(page: Page, permissions: Permissions, holder: Holder) -> str:
    names = [page.look.say(permissions.groups[one].name) for one in holder.groups if one in permissions.groups]
    return ("、" if page.look.language == "zh" else ", ").join(names)


@router.get("/review")
def show_review(request: Request, visitor: Reader, done: str = "") -> Response:
    """One by one, by class, the longest unseen first."""
    with reading(request, visitor) as page:
        permissions, every = page.unit.permissions.load(), review_every(page.context)
        found = lines(permissions, page.register, page.look.now, every)
        return page.render(
            "permission_review.html",
            groups=_by_class(page, permissions, found),
            figures=figures(found),
            every=every,
            keeper=page.look.may(Right.MANAGE_PERMISSIONS),
            compared=last_comparison(page.unit),
            done=done,
        )


@router.post("/review/finish")
def finish(*, request: Request, visitor: Keeper, context: Given, why: Words = "") -> Response:
    """Handed in, signed by whoever hands it in."""
    try:
        came = write(
            context,
            lambda unit: finish_review(
                unit,
                result_room(context, unit),
                who=visitor.actor.id,
                now=context.clock(),
                why=why.strip(),
                every=review_every(context),
            ),
        )
    except DraftRefused as refused:
        language = language_of(request, visitor)
        title = "复核没有提交" if language == "zh" else "The review was not handed in"
        raise refusal(refused, language, title) from None
    to = f"/results/{came.result.id}" if came.result else "/permissions/review?done=fact"
    return RedirectResponse(to, 303)


@router.post("/review/{permission}")
def review(
    *,
    request: Request,
    visitor: Keeper,
    context: Given,
    permission: str,
    decision: Annotated[Decision, Form()],
    until: Short = "",
    why: Words = "",
) -> Response:
    """Confirm, shorten or end one."""
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        last = None
    said = Said(
        permission=permission,
        decision=decision,
        until=last,
        why=why.strip(),
        who=visitor.actor.id,
        at=context.clock(),
    )
    try:
        write(context, lambda unit: review_one(unit, said))
    except ReviewRefused as refused:
        raise refused_review(refused, language_of(request, visitor)) from None
    return RedirectResponse("/permissions/review", 303)


@router.get("/compare")
def show_comparison(request: Request, visitor: Reader) -> Response:
    """What the last comparison came to, each difference with what to do."""
    with reading(request, visitor) as page:
        kept, permissions = last_comparison(page.unit), page.unit.permissions.load()
        keeper = page.look.may(Right.MANAGE_PERMISSIONS)
        return page.render(
            "door_list.html",
            compared=kept,
            keeper=keeper,
            kinds=NAMES,
            rows=[_difference(page, permissions, one, named=keeper) for one in (kept[0].differences if kept else ())],
        )


def _difference(page: Page, permissions: Permissions, one: Difference, *, named: bool) -> dict[str, Any]:
    holder, asset = permissions.holders.get(one.holder), page.register.assets.get(one.door)
    return {
        "one": one,
        "kind": page.look.say(NAMES[one.kind]),
        "to_do": page.look.say(TO_DO[one.kind]),
        "who": (holder.name if holder and named else one.holder) or "",
        "door": page.look.say(asset.name) if asset else one.called,
    }


@router.post("/compare")
def compare(*, request: Request, visitor: Keeper, context: Given, file: Annotated[UploadFile, File()]) -> Response:
    """The list as the door system exports it."""
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Problem(413, "too-large", "Too large", f"the list is larger than {LARGEST} bytes")
    compared(context, visitor, content, language_of(request, visitor))
    return RedirectResponse("/permissions/compare", 303)


@router.get("/{holder}")
def show_holder(request: Request, visitor: Keeper, holder: str) -> Response:
    """One holder: cards, permissions, history. Where they went is no part of it: that is a look of its own, with its purpose."""
    with reading(request, visitor) as page:
        permissions = page.unit.permissions.load()
        if holder not in permissions.holders:
            raise NotFound(f"there is no card holder {holder!r}")
        one, every = permissions.holders[holder], review_every(page.context)
        own = {permission.id for permission in permissions.of(one)}
        found = [line for line in lines(permissions, page.register, page.look.now, every) if line.permission.id in own]
        return page.render(
            "permission_holder.html",
            holder=one,
            groups=_groups(page, permissions, one),
            cards=[_card(page, permissions, card) for card in permissions.credentials_of(holder)],
            rows=[_line(page, permissions, line) for line in found],
            history=page.unit.permissions.history("holders", holder)[::-1],
            states=list(CredentialState),
        )


def _card(page: Page, permissions: Permissions, card: Credential) -> dict[str, Any]:
    return {
        "card": card,
        "kind": page.look.say(KINDS[card.kind]),
        "now": page.look.say(REASONS[credential_standing(permissions, card, page.look.now)]),
    }


@router.post("/{holder}/cards/{pseudonym}")
def change_card(
    *,
    visitor: Keeper,
    context: Given,
    holder: str,
    pseudonym: str,
    state: Annotated[CredentialState, Form()],
    why: Annotated[str, Form(max_length=LONGEST_TEXT, min_length=1)],
) -> Response:
    """Lost, blocked, or good again, from now on."""
    write(
        context,
        lambda unit: set_state(unit, pseudonym, state, who=visitor.actor.id, now=context.clock(), why=why.strip()),
    )
    return RedirectResponse(f"/permissions/{holder}", 303)
