"""``/m/``: the phone's pages. The shell is for everybody, signed in or not; data come through ``/api/v1/phone``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.context import Context, context_of
from api.phone.shell import shell_files, shell_version
from api.web.look import environment, language_of
from api.web.phone_words import texts

router = APIRouter(prefix="/m")
Given = Annotated[Context, Depends(context_of)]
SCOPE = "/m/"
CAMERA = {"permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=()"}
"""Here alone the camera may be used: to read codes."""
ASKED_AGAIN = {"cache-control": "no-cache"}


@router.get("")
def lead_on() -> Response:
    """Everything lies below ``/m/``: a worker for ``/m`` would also have to do with ``/me`` and ``/maintenance``."""
    return RedirectResponse(SCOPE, 303)


@router.get("/")
def show() -> Response:
    """The shell, the same for all: texts in both languages, and no person's data."""
    page = environment("en").get_template("phone.html")
    words = {language: texts(language) for language in ("zh", "en")}
    return HTMLResponse(page.render(words=words), headers=CAMERA | ASKED_AGAIN)


@router.get("/worker.js")
def show_worker() -> Response:
    """The service worker: another one as soon as any file of the shell is another."""
    script = environment("en").get_template("phone_worker.js")
    body = script.render(version=shell_version(), files=list(shell_files()))
    return Response(body, media_type="text/javascript", headers=ASKED_AGAIN)


@router.get("/manifest.webmanifest")
def show_manifest(request: Request, context: Given) -> Response:
    """What the phone needs to put it beside its other programs."""
    language = language_of(request, None)
    with context.records.read() as unit:
        name = context.site(context.register(unit)).name.say(language)
    product = {"zh": "值班室", "en": "Dutyroom"}[language]
    return JSONResponse(
        {
            "id": SCOPE,
            "name": f"{product} · {name}",
            "short_name": product,
            "lang": language,
            "start_url": SCOPE,
            "scope": SCOPE,
            "display": "standalone",
            "background_color": "#101315",
            "theme_color": "#8c2f39",
            "icons": [
                {"src": "/static/phone/icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any"},
                {"src": "/static/phone/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any"},
                {"src": "/static/phone/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
                {"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        media_type="application/manifest+json",
        headers=ASKED_AGAIN,
    )
