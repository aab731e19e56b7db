"""A rule's versions, a change tried on real history, and the change made."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.access import Keeper, Reader, Visitor, WorkActor
from api.acting import write
from api.context import Context, context_of
from api.routes.rules import find_rule
from api.trying import MOST_DAYS, TooBusy, TooMuch, Trial, trials_of
from api.web.drawings import strip_svg
from api.web.languages import N_
from api.web.page import Page, reading
from api.web.pages.rules import author_word, fields, render_rule
from facility.breach import Spell
from facility.person import Right
from rules.definition import BrokenRules, read_rule
from rules.differences import Kind, together
from rules.editing import CannotEdit, edited
from rules.links import LINK_RULE
from rules.rule import Rule
from rules.stories import tell, told
from rules.versions import saved

router = APIRouter(prefix="/rules")
Given = Annotated[Context, Depends(context_of)]
SHOWN = 200
SHOWN_POINTS = 40
LONGEST_REASON = 500
TOO_MUCH = N_(
    "About %(count)s readings are too many for a page; about %(days)s days would do. The command line has no limit."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A form as it was sent: the rule as it is, as it would be, and what is wrong with that."""

    rule: Rule
    after: Rule | None
    given: dict[str, str]
    errors: list[str] = field(default_factory=list)


@router.get("/{id}/versions/{version}")
def show_version(request: Request, visitor: Reader, id: str, version: str) -> Response:
    """The text of one version, and what changed in it. A rule without a file has its page only."""
    if id in LINK_RULE:
        return RedirectResponse(f"/rules/{id}", 303)
    with reading(request, visitor) as page:
        found = page.unit.rule_versions.get(id, version)
        every = page.unit.rule_versions.of(id)
        before = next((one for one in every if one.number < found.number and one.in_force), None)
        return page.render(
            "rule_version.html",
            found=found,
            author=author_word(page),
            before=before,
            changes=_changes(before.text, found.text) if before else [],
            newest=bool(every) and every[0].version == found.version,
            rule=page.context.book().rules.get(id),
        )


def _changes(old: str, new: str) -> list[tuple[str, str]]:
    """(added, removed or same; line), without the heads of a diff."""
    kinds = {"+": "added", "-": "removed", " ": "same"}
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    return [
        (kinds.get(line[:1], "same"), line[1:]) for line in lines if line[:3] not in ("+++", "---") and line[:2] != "@@"
    ]


@router.post("/{id}/try")
async def try_it(request: Request, visitor: WorkActor, context: Given, id: str) -> Response:
    """Start judging history by the change; its page shows how far it is."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_try, request, visitor, context, id, given)


def _try(request: Request, visitor: Visitor, context: Context, id: str, given: dict[str, str]) -> Response:
    wanted = read_wanted(context, id, given)
    days = given.get("days", "7").strip()
    errors: list[object] = [*wanted.errors]
    if not days.isdecimal() or not 1 <= int(days) <= MOST_DAYS:
        errors.append(f"days: {days!r}; 1–{MOST_DAYS}")
    if wanted.after is not None and not errors:
        try:
            trial = trials_of(context).start(context, (wanted.rule, wanted.after), int(days), visitor.actor.id)
            return RedirectResponse(f"/rules/{id}/trials/{trial.number}", 303)
        except (TooBusy, TooMuch) as refused:
            errors.append(refused)
    with reading(request, visitor) as page:
        return render_rule(page, wanted.rule, given, [_say(page, error) for error in errors])


def _say(page: Page, error: object) -> str:
    look = page.look
    match error:
        case TooBusy():
            return look._("Others are trying changes right now; try again in a minute.")
        case TooMuch():
            return look._(TOO_MUCH, count=error.readings, days=error.days)
        case _:
            return str(error)


def read_wanted(context: Context, id: str, given: Mapping[str, str]) -> Wanted:
    """The change that a form asks for. Raises ``NotFound``."""
    rule = find_rule(context, id)
    try:
        after = read_rule(edited(rule, given), rule.path)
    except BrokenRules as broken:
        errors = [f"{problem.key}: {problem.text}" for problem in broken.problems]
        return Wanted(rule=rule, after=None, given=dict(given), errors=errors)
    except CannotEdit as error:
        return Wanted(rule=rule, after=None, given=dict(given), errors=[str(error)])
    return Wanted(rule=rule, after=after, given=dict(given))


@router.get("/{id}/trials/{number}")
def show_trial(request: Request, visitor: Reader, context: Given, id: str, number: int) -> Response:
    """How far it is, or what differs."""
    trial = trials_of(context).get(number)
    if trial is None or trial.before.id != id:
        return RedirectResponse(f"/rules/{id}", 303)
    with reading(request, visitor) as page:
        return _render_trial(page, trial, [], "")


def _render_trial(page: Page, trial: Trial, errors: list[str], reason: str) -> Response:
    failing = [telling for story in trial.after.stories if not (telling := tell(trial.after, story)).held]
    values = {str(one["key"]): str(one["now"]) for one in fields(trial.after, {})}
    changed = [one for one in fields(trial.before, values) if one["text"] != one["now"]]
    return page.render(
        "rule_trial.html",
        422 if errors else 200,
        trial=trial,
        rule=trial.before,
        changed=[{**one, "label": page.look._(str(one["label"]))} for one in changed],
        values=values,
        failing=[told(telling) for telling in failing],
        errors=errors,
        reason=reason,
        may_save=page.look.may(Right.MANAGE_REGISTER),
        can_save=page.context.save_rule is not None,
        still=page.context.book().rules.get(trial.before.id) == trial.before,
        **_result(page, trial),
    )


def _result(page: Page, trial: Trial) -> dict[str, Any]:
    found = trial.comparison
    if found is None or trial.was is None or trial.would_be is None:
        return {"counts": {}, "differences": [], "more": 0, "strips": [], "was": 0, "would_be": 0}
    before, after = together(trial.was.spells), together(trial.would_be.spells)
    touched = list(dict.fromkeys(one.point for one in found.differences))
    return {
        "counts": {kind.value: len(found.of(kind)) for kind in Kind},
        "differences": found.differences[:SHOWN],
        "more": max(0, len(found.differences) - SHOWN),
        "strips": [(point, _strip(page, trial, (before, after), point)) for point in touched[:SHOWN_POINTS]],
        "was": sum(map(len, before.values())),
        "would_be": sum(map(len, after.values())),
    }


def _strip(page: Page, trial: Trial, sides: tuple[Mapping[Any, list[Spell]], ...], point: str) -> Any:
    was, would_be = (side.get((trial.before.id, point), []) for side in sides)
    label = page.look._("%(before)s before, %(after)s after", before=len(was), after=len(would_be))
    return strip_svg(was, would_be, trial.start, trial.end, label)


@router.post("/{id}/save")
async def save_it(request: Request, visitor: Keeper, context: Given, id: str) -> Response:
    """Make the change a new version, in force within a second."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_save, request, visitor, context, id, given)


def _save(request: Request, visitor: Visitor, context: Context, id: str, given: dict[str, str]) -> Response:
    wanted = read_wanted(context, id, given)
    with reading(request, visitor) as page:
        errors = wanted.errors + _not_yet(page, wanted)
    if errors or wanted.after is None:
        trial = trials_of(context).get(int(given["trial"])) if given.get("trial", "").isdecimal() else None
        with reading(request, visitor) as page:
            if trial is not None and trial.before.id == id:
                return _render_trial(page, trial, errors, given.get("reason", ""))
            return render_rule(page, wanted.rule, given, errors)
    try:
        _keep(context, wanted.after, visitor.actor.id, given["reason"].strip())
    except OSError as error:
        with reading(request, visitor) as page:
            refused = page.look._("The file could not be written: %(reason)s", reason=str(error))
            return render_rule(page, wanted.rule, given, [refused])
    return RedirectResponse(f"/rules/{id}", 303)


def _not_yet(page: Page, wanted: Wanted) -> list[str]:
    """Why the change is not made: each in words."""
    look, given, after = page.look, wanted.given, wanted.after
    errors: list[str] = []
    if page.context.save_rule is None:
        errors.append(look._("There is no site folder to write rules to: start with DUTYROOM_SITE=<folder>."))
    if not given.get("reason", "").strip() or len(given["reason"]) > LONGEST_REASON:
        errors.append(look._("Say why, in at most %(count)s characters.", count=LONGEST_REASON))
    if given.get("was") != wanted.rule.version:
        errors.append(look._("Somebody changed the rule meanwhile: look at it again."))
    if after is not None and after.version == wanted.rule.version:
        errors.append(look._("Nothing is changed."))
    if after is not None and not given.get("despite") and any(not tell(after, story).held for story in after.stories):
        errors.append(look._("Stories no longer hold: confirm that you have read which."))
    return errors


def _keep(context: Context, rule: Rule, who: str, why: str) -> None:
    """The version, its fact and its file, or none of them."""
    assert context.save_rule is not None
    save_rule = context.save_rule

    def do(unit: Any) -> None:
        saved(unit, rule, who, context.clock(), why)
        save_rule(rule)

    write(context, do)
