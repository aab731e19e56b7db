"""The web process, put together: routes, pages, live events, headers, failures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from api import failures
from api.context import Context
from api.live import Live
from api.paging import ProblemOut
from api.routes import (
    alertmanager,
    alerts,
    cameras,
    clocks,
    compliance,
    devices,
    doors,
    facts,
    figures,
    incidents,
    issued_reports,
    letters,
    maintenance,
    notices,
    occurrences,
    permission_entries,
    permissions,
    phone,
    plans,
    points,
    probes,
    register,
    residents,
    results,
    reviews,
    rota,
    rounds,
    rules,
    site,
    stream,
    system,
    test_modes,
    unclaimed,
    visits,
    work_figures,
    work_orders,
)
from api.security import SecurityHeaders
from api.web import pages
from api.web.look import STATIC

NOUNS = (
    site,
    points,
    alerts,
    work_orders,
    phone,
    clocks,
    test_modes,
    maintenance,
    notices,
    occurrences,
    incidents,
    reviews,
    figures,
    residents,
    visits,
    doors,
    permissions,
    permission_entries,
    work_figures,
    letters,
    unclaimed,
    devices,
    register,
    results,
    rota,
    rounds,
    plans,
    cameras,
    rules,
    facts,
    compliance,
    system,
    issued_reports,
)
DESCRIPTION = """Everything that the pages show and do, for programs.

Sign in with a token: `Authorization: Bearer dr_…` (`dutyroom token create`). Errors are RFC 9457 problems. Times are
ISO 8601; parameters also take epoch milliseconds. Lists come in pages: give `cursor` back to get the next one."""


def create_app(context: Context) -> FastAPI:
    """The application over these stores. ``app.state.live.close()`` ends the open streams at a shutdown."""
    app = FastAPI(
        title="Dutyroom",
        version=context.version or "1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
    )
    app.state.context = context
    app.state.live = Live(context)
    app.add_middleware(SecurityHeaders, secure=context.secure_cookies)
    failures.install(app)
    app.router.routes.extend((*_for_programs(), *pages.ROUTES))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    # What everybody may read is sent compressed; pages and data are not, for secrets stand beside what a stranger may choose.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC), minimum_size=1000), name="static")
    return app


def _for_programs() -> list[BaseRoute]:
    """Their paths are whole already: to include a router in another would look at five hundred signatures once more."""
    routers = (*(noun.router for noun in NOUNS), notices.chains, cameras.coverage)
    return [
        route for router in (*routers, alertmanager.router, stream.router, probes.router) for route in router.routes
    ]


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The interface as OpenAPI, with the problem's shape and the token."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=_for_programs())
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {})["ProblemOut"] = ProblemOut.model_json_schema()
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "dr_…"}}
        made["security"] = [{"token": []}]
        app.openapi_schema = made
    return app.openapi_schema


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.live.close()
