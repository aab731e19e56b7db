"""The phone's shell: which files it consists of, and the version that their contents make."""

from __future__ import annotations

import hashlib
from functools import cache

from api.web.look import STATIC, TEMPLATES
from api.web.phone_words import texts

FOLDER = "phone"
START = "app.js"


@cache
def shell_files() -> tuple[str, ...]:
    """Their addresses: plain ones, as modules import one another by them."""
    own = sorted(path.name for path in (STATIC / FOLDER).iterdir() if path.is_file())
    return ("/static/base.css", "/static/favicon.svg", *(f"/static/{FOLDER}/{name}" for name in own))


@cache
def shell_version() -> str:
    """Another one as soon as any of the files, the page itself or a text is another."""
    found = hashlib.sha256()
    for address in shell_files():
        found.update((STATIC / address.removeprefix("/static/")).read_bytes())
    for name in ("phone.html", "phone_worker.js"):
        found.update((TEMPLATES / name).read_bytes())
    for language in ("zh", "en"):
        found.update(repr(sorted(texts(language).items())).encode())
    return found.hexdigest()[:12]
