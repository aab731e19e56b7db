"""Exceptions → answers: problem+json for programs, a page in plain words for people."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.access import Visitor
from api.acting import TooLate
from api.context import context_of
from api.problems import Elsewhere, Forged, NotPermitted, NotSignedIn, Problem
from api.web import languages
from api.web.languages import N_
from api.web.look import language_of, look_at
from api.web.words import HAPPENED
from facility.alert import NotAllowed
from facility.alert_life import FieldRefused
from facility.register import Register
from facility.work_order import MissingField
from storage.readings.port import ReadingsUnavailable
from storage.records.port import Conflict, NotFound, RecordsUnavailable

log = logging.getLogger(__name__)

Translate = Callable[..., str]

STATUS_TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Please sign in"),
    403: N_("Not allowed"),
    404: N_("Nothing here"),
    405: N_("This cannot be done here"),
    409: N_("Somebody was faster"),
    413: N_("Too large"),
    422: N_("Something is missing or wrong"),
    429: N_("Too many tries"),
    500: N_("Something broke on our side"),
    503: N_("A store does not answer"),
}


def install(app: FastAPI) -> None:
    """Handlers for every exception that a route lets through."""
    app.add_exception_handler(Elsewhere, lambda _, error: RedirectResponse(str(error), 303))
    for kind in (
        NotSignedIn,
        NotPermitted,
        Forged,
        Problem,
        NotFound,
        NotAllowed,
        MissingField,
        FieldRefused,
        Conflict,
        RecordsUnavailable,
        ReadingsUnavailable,
        RequestValidationError,
        HTTPException,
        Exception,
    ):
        app.add_exception_handler(kind, answer)


def answer(request: Request, error: Exception) -> Response:
    """The answer to an exception. Runs in a thread."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    language = language_of(request, visitor)
    problem = as_problem(error, translator(language), language)
    for_program = request.url.path.startswith(("/api/", "/live", "/metrics", "/readyz"))
    headers = {"retry-after": "5"} if problem.status == 503 else {}
    if for_program:
        if problem.status == 401:
            headers["www-authenticate"] = "Bearer"
        return problem.response(request.url.path, headers)
    if problem.status == 401:
        return RedirectResponse(f"/sign-in?next={quote(_return_to(request))}", 303)
    return _page(request, problem, visitor)


def translator(language: str) -> Translate:
    """``_`` for one language."""

    def translate(text: str, **values: Any) -> str:
        said = languages.translations(language).gettext(text)
        return said % values if values else said

    return translate


def _page(request: Request, problem: Problem, visitor: Visitor | None) -> Response:
    look = look_at(request, _register(request), visitor)
    response: Response = look.render(
        "failure.html", problem.status, problem=problem, frame=None, back=_return_to(request)
    )
    return response


def _register(request: Request) -> Register:
    """For the site's name; an empty one when the database is what failed."""
    context = context_of(request)
    try:
        with context.records.read() as unit:
            return context.register(unit)
    except Exception:  # noqa: BLE001 - the page that reports a failure must not fail for the same reason
        return Register()


def _return_to(request: Request) -> str:
    """Where to go after signing in: the page itself, or for a form the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    stood = urlsplit(request.headers.get("referer", ""))
    if stood.netloc == request.url.netloc and stood.path.startswith("/") and stood.path != "/sign-in":
        return stood.path + (f"?{stood.query}" if stood.query else "")
    return request.url.path.rpartition("/")[0] or "/"


def as_problem(error: Exception, _: Translate, language: str) -> Problem:
    """Which status and sentence an exception gets."""
    match error:
        case Problem():
            return error
        case NotSignedIn():
            return _problem(
                401, "not-signed-in", _, _("Sign in, or send a valid token as “Authorization: Bearer dr_…”.")
            )
        case NotPermitted():
            return _not_permitted(error, _)
        case Forged():
            return _problem(
                403,
                "forged",
                _,
                _("This form is too old or came from another page. Go back, reload the page and try again."),
            )
        case NotFound():
            return _problem(404, "not-found", _, _("There is no such thing here. It may never have existed."))
        case NotAllowed():
            return not_allowed(error, _, language)
        case MissingField():
            return missing_field(error, _)
        case FieldRefused():
            return field_refused(error, _, language)
        case RequestValidationError():
            return _invalid(error, _)
        case _:
            return _of_the_house(error, _)


def _of_the_house(error: Exception, _: Translate) -> Problem:
    match error:
        case Conflict():
            return _problem(409, "conflict", _, _("Somebody changed this at the same moment. Reload and look again."))
        case RecordsUnavailable() | ReadingsUnavailable():
            name = "records" if isinstance(error, RecordsUnavailable) else "readings"
            return _problem(
                503,
                "store-unavailable",
                _,
                _("The store of %(name)s does not answer. Alarms go on; try again in a few seconds.", name=name),
                store=name,
            )
        case HTTPException():
            title = STATUS_TITLES.get(error.status_code, N_("Something broke on our side"))
            detail = _("There is no such page.") if error.status_code == 404 else str(error.detail)
            return Problem(error.status_code, "http", _(title), detail)
        case _:
            log.error("a request failed", exc_info=error)
            return _problem(
                500, "internal", _, _("The error is in the log. What you entered was not saved; try again.")
            )


def _problem(status: int, kind: str, _: Translate, detail: str, **more: Any) -> Problem:
    return Problem(status, kind, _(STATUS_TITLES[status]), detail, **more)


def _not_permitted(error: NotPermitted, _: Translate) -> Problem:
    from api.web.words import RIGHTS, ROLES

    role, right = _(ROLES.get(error.role, error.role)), _(RIGHTS.get(error.right, error.right))
    detail = _("Your role (%(role)s) may not %(right)s. Ask a manager.", role=role, right=right)
    return _problem(403, "not-permitted", _, detail, right=error.right, role=error.role)


def not_allowed(error: NotAllowed, _: Translate, language: str) -> Problem:
    """409, with what is allowed and what was done by whom meanwhile."""
    allowed = ", ".join(error.allowed) or _("nothing")
    detail = _(
        "“%(action)s” is not possible while “%(state)s”. Possible now: %(allowed)s.",
        action=error.action,
        state=error.state,
        allowed=allowed,
    )
    more: dict[str, Any] = {"action": error.action, "state": error.state, "allowed": error.allowed}
    if isinstance(error, TooLate) and error.last is not None:
        done = _(HAPPENED.get(error.last.what, error.last.what))
        detail = _("Last: %(done)s, by %(who)s.", done=done, who=error.last.who) + " " + detail
        more["last"] = {"what": error.last.what, "who": error.last.who, "at": error.last.at, "why": error.last.why}
    if error.why is not None:
        detail = f"{error.why.say(language)} {detail}"
    return _problem(409, "not-allowed", _, detail, **more)


FIELDS = {
    "reason": N_("a reason"),
    "assignee": N_("who is to do it"),
    "other": N_("the other order's number"),
    "until": N_("until when"),
    "approver": N_("who allows it"),
    "proof": N_("a scan at the place, the code that hangs there, or a reason"),
    "title": N_("what it is about"),
    "zone": N_("where it is"),
    "kind": N_("what kind of work it is"),
    "value": N_("the value with its unit"),
    "quantity": N_("what was measured"),
    "name": N_("the part's name"),
    "signer": N_("who signs"),
}


def missing_field(error: MissingField, _: Translate) -> Problem:
    """422, naming the field."""
    detail = _("Missing: %(field)s.", field=_(FIELDS.get(error.field, error.field)))
    errors = [{"field": error.field, "wrong": "missing", "allowed": f"{error.action} needs it"}]
    return _problem(422, "invalid", _, detail, errors=errors)


def field_refused(error: FieldRefused, _: Translate, language: str) -> Problem:
    """422, naming the field, what was wrong and what is allowed."""
    errors = [{"field": error.field, "wrong": error.wrong.say(language), "allowed": None}]
    return _problem(422, "invalid", _, error.wrong.say(language), errors=errors)


def _invalid(error: RequestValidationError, _: Translate) -> Problem:
    errors = [_one_error(dict(found)) for found in error.errors()]
    detail = "; ".join(f"{e['field']}: {e['wrong']}" for e in errors)
    return _problem(422, "invalid", _, detail, errors=errors)


def _one_error(found: dict[str, Any]) -> dict[str, Any]:
    """Field, what was wrong, what is allowed: out of pydantic's own words."""
    place = [str(part) for part in found.get("loc", ()) if part not in ("body", "query", "path", "header")]
    context = found.get("ctx") or {}
    allowed = context.get("expected") or {k: v for k, v in context.items() if isinstance(v, str | int | float)}
    given = found.get("input")
    shown = given if isinstance(given, str | int | float | bool | None) else type(given).__name__
    return {
        "field": ".".join(place) or "body",
        "wrong": str(found.get("msg", "")),
        "given": shown,
        "allowed": allowed or None,
    }
