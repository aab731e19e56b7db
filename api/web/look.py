"""How one person sees things: language, theme, time zone and now; and the rendering of templates with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.access import Visitor
from api.clock_lines import clock_lines, pressing
from api.context import Context, context_of, zone_of
from api.signals import signals_of
from api.web import languages, times
from api.web.values import Shown, number, show
from api.web.words import WORDS
from facility.instant import iso
from facility.person import Right
from facility.point import Point
from facility.reading import Reading
from facility.register import Register
from facility.site import Site
from facility.text import Text

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
THEMES = ("auto", "light", "dark")


@lru_cache(maxsize=256)
def static(name: str) -> str:
    """A static file's address with the hash of its content, so that it may be cached for ever."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_translations(languages.translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = static
    made.globals["Right"] = Right
    made.globals["clock_lines"] = clock_lines
    made.globals["pressing"] = pressing
    made.globals["signals_of"] = signals_of
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One request's view. Every page's template gets it as ``look``."""

    context: Context
    visitor: Visitor | None
    language: str
    theme: str
    now: int
    path: str
    site: Site
    zone: tzinfo

    def _(self, text: str, **values: Any) -> str:
        """``text`` in this language, with its ``%(name)s`` filled in."""
        said = languages.translations(self.language).gettext(text)
        return said % values if values else said

    def say(self, text: Text) -> str:
        """One of the property's own texts."""
        return text.say(self.language)

    def word(self, kind: str, stored: object) -> str:
        """A stored word (a state, an action) as a person reads it; an unknown one as it is."""
        msgid = WORDS[kind].get(str(stored))
        return self._(msgid) if msgid else str(stored)

    def may(self, right: Right) -> bool:
        """Whether buttons that need ``right`` are shown."""
        return self.visitor is not None and self.visitor.may(right)

    def local(self, instant: int, *, seconds: bool = False) -> str:
        """Local time with its date, as text."""
        return times.local(instant, self.zone, self.language, self.now, seconds=seconds)

    def ago(self, instant: int) -> str:
        """How long ago, as text."""
        return times.ago(instant, self.now, self.language)

    def span(self, milliseconds: int) -> str:
        """A duration in words."""
        return times.span(milliseconds, self.language)

    def countdown(self, milliseconds: int) -> str:
        """A duration to the second: ``12:05``, ``1:12:05``, ``2 d 03:12:05``; without its sign."""
        return times.countdown(milliseconds, self.language)

    def time(self, instant: int, *, seconds: bool = False) -> Markup:
        """Local time; hover or focus gives UTC and the zone."""
        return Markup('<time datetime="{}" title="{}" tabindex="0">{}</time>').format(
            iso(instant), times.utc(instant, self.zone), self.local(instant, seconds=seconds)
        )

    def age(self, instant: int) -> Markup:
        """Relative time that the page keeps current."""
        return Markup('<span class="age" data-at="{}">{}</span>').format(instant, self.ago(instant))

    def when(self, instant: int) -> Markup:
        """Local time with the relative one beside it."""
        return self.time(instant) + Markup(" ") + self.age(instant)

    def value(self, point: Point, reading: Reading | None) -> Shown:
        """A point's value as it is shown."""
        return show(point, reading, self.now, self.language)

    def number(self, point: Point, value: float) -> str:
        """A value at the point's resolution, without its unit."""
        return number(point, value, self.language)

    def delay(self, milliseconds: int) -> str:
        """A short duration, with tenths of a second while it is short."""
        if 0 <= milliseconds < 10_000:
            return f"{milliseconds / 1000:.1f} {'秒' if self.language == 'zh' else 's'}"
        return self.span(milliseconds)

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page as an answer."""
        page = environment(self.language).get_template(template)
        return HTMLResponse(page.render(look=self, **values), status)


def local_zone(context: Context) -> tzinfo:
    """The time zone in which forms are filled in."""
    with context.records.read() as unit:
        return zone_of(context.site(context.register(unit)))


def language_of(request: Request, visitor: Visitor | None) -> str:
    """Chosen by cookie, else kept with the session, else what the browser asks for, else the site's own."""
    chosen = request.cookies.get("language", "")
    if chosen in languages.LANGUAGES:
        return chosen
    if visitor is not None and visitor.language in languages.LANGUAGES:
        return visitor.language
    return languages.wanted(request.headers.get("accept-language", "")) or context_of(request).language


def look_at(request: Request, register: Register, visitor: Visitor | None = None) -> Look:
    """The view of this request."""
    context = context_of(request)
    site = context.site(register)
    theme = request.cookies.get("theme", "auto")
    return Look(
        context=context,
        visitor=visitor,
        language=language_of(request, visitor),
        theme=theme if theme in THEMES else "auto",
        now=context.clock(),
        path=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        site=site,
        zone=zone_of(site),
    )
