"""Files that people gave us, as answers: shown only where that is harmless."""

from __future__ import annotations

from fastapi import Response

from facility.kept_file import KeptFile

SEALED = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
"""Whatever is in it, nothing of it runs."""
FOR_EVER = "private, max-age=31536000, immutable"


def file_answer(file: KeptFile, *, small: bool, name: str | None = None) -> Response:
    """A file, or its thumbnail. ``name``: under which it is saved, where it has one."""
    body, media = (file.thumb, "image/jpeg") if small and file.thumb else (file.body, file.media)
    shown = "inline" if media.startswith("image/") else "attachment"
    saved = "" if name is None else f'; filename="{_plain(name)}"'
    headers = SEALED | {"content-disposition": shown + saved, "cache-control": FOR_EVER}
    return Response(body, media_type=media, headers=headers)


def _plain(name: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
