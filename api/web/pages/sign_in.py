"""Signing in and out, language and theme."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.access import Reader, check_forgery, identify, same_origin
from api.context import Context, context_of
from api.problems import Forged, NotSignedIn
from api.sessions import AccountEnded, TryLater, caller_of, cookie_name, drop_cookie, set_cookie, sign_in, sign_out
from api.web.languages import LANGUAGES
from api.web.look import THEMES, look_at

router = APIRouter()
Given = Annotated[Context, Depends(context_of)]
YEAR = 365 * 86_400


@router.get("/sign-in")
def show(request: Request, context: Given, next: str = "/") -> Response:
    """The form."""
    return _form(request, context, next)


@router.post("/sign-in")
def enter(
    request: Request,
    context: Given,
    account: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Into a session, or back to the form with what is wrong. Runs in a thread: a check takes 0.2 s."""
    if not same_origin(request):
        raise Forged
    try:
        opened = sign_in(context, account.strip(), password, caller_of(request))
    except TryLater as later:
        return _form(request, context, next, status=429, account=account, minutes=later.minutes)
    except AccountEnded as ended:
        return _form(request, context, next, status=403, account=account, ended=ended.until)
    if opened is None:
        return _form(request, context, next, status=401, account=account, wrong=True)
    response = RedirectResponse(local_path(next), 303)
    set_cookie(response, context, opened[1])
    return response


@router.post("/sign-out")
def leave(visitor: Reader, context: Given) -> Response:
    """End the session on the server and in the browser."""
    sign_out(context, visitor.session, visitor.actor.id)
    response = RedirectResponse("/sign-in", 303)
    drop_cookie(response, context)
    # Read by the phone's pages, which then forget the day's data that they keep for when there is no signal.
    response.set_cookie("signed-out", "1", max_age=YEAR, samesite="lax", secure=context.secure_cookies)
    return response


@router.post("/preferences")
async def prefer(
    request: Request,
    context: Given,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Language and theme, in cookies that hold nothing else; the language also stays with the session."""
    if not same_origin(request):
        raise Forged
    response = RedirectResponse(local_path(next), 303)
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="lax", secure=context.secure_cookies, httponly=True)
    if language in LANGUAGES:
        response.set_cookie(
            "language", language, max_age=YEAR, samesite="lax", secure=context.secure_cookies, httponly=True
        )
        await _remember(request, context, language)
    return response


async def _remember(request: Request, context: Context, language: str) -> None:
    if cookie_name(context) not in request.cookies:
        return
    try:
        visitor = await run_in_threadpool(identify, request)
    except NotSignedIn:
        return
    await check_forgery(request, visitor)

    def write() -> None:
        with context.records.begin() as unit:
            unit.people.touch_session(visitor.session, context.clock(), language)

    await run_in_threadpool(write)


def local_path(next: str) -> str:
    """Only ever an address of our own: nobody is sent elsewhere by a link to the sign-in page."""
    parts = urlsplit(next)
    local = not parts.scheme and not parts.netloc and next.startswith("/") and not next.startswith(("//", "/\\"))
    return next if local and next.isprintable() and "\\" not in next else "/"


def _form(
    request: Request,
    context: Context,
    next: str,
    *,
    status: int = 200,
    account: str = "",
    wrong: bool = False,
    minutes: int = 0,
    ended: int | None = None,
) -> Response:
    with context.records.read() as unit:
        register = context.register(unit)
    look = look_at(request, register)
    return look.render(
        "sign_in.html",
        status,
        frame=None,
        next=local_path(next),
        account=account,
        wrong=wrong,
        minutes=minutes,
        ended=ended,
        demo=context.demo,
    )
