"""Files that people add: known by their content, held to a size, and without the place where a photo was taken.

Pillow is loaded when the first picture comes: the command line starts without it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from facility.alert_life import FieldRefused
from facility.kept_file import KeptFile, name_of
from facility.text import Text

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 15 * 1024 * 1024
"""Bytes of one file: a phone's photo has 3 to 12 MB."""
LARGEST_TEXT = "15 MB"
MOST_PIXELS = 80_000_000
"""A picture that is larger is refused before it is unpacked."""
THUMB = 360
_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_GPS, _MAKER = 0x8825, 0x927C
ALLOWED_ZH, ALLOWED_EN = "照片（JPEG、PNG、WebP）、PDF、纯文本", "a photo (JPEG, PNG, WebP), a PDF, plain text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file as it will be kept, and what was found out about it."""

    file: KeptFile
    located: bool
    """Where it was taken is in it."""


def take_in(body: bytes, at: int, *, keep_location: bool = False) -> Taken:
    """The file to keep. Raises ``FieldRefused``: empty, too large, of no allowed type, or no whole picture."""
    if not body:
        _refuse("文件是空的", "the file is empty")
    if len(body) > LARGEST:
        size = f"{len(body) / 1024 / 1024:.1f} MB"
        _refuse(f"文件 {size}，太大；最大 {LARGEST_TEXT}", f"the file has {size}; allowed: at most {LARGEST_TEXT}")
    if body.startswith(b"%PDF-"):
        return _plain(body, "application/pdf", at)
    if _is_picture(body):
        return _picture(body, at, keep_location=keep_location)
    if not _is_text(body):
        _refuse(f"不认识这种文件；可以是{ALLOWED_ZH}", f"the file is of no known type; allowed: {ALLOWED_EN}")
    return _plain(body, "text/plain; charset=utf-8", at)


def _refuse(zh: str, en: str) -> NoReturn:
    raise FieldRefused("attach", "file", Text(zh, en))


def _plain(body: bytes, media: str, at: int) -> Taken:
    file = KeptFile(sha256=name_of(body), media=media, size=len(body), body=body, created=at)
    return Taken(file=file, located=False)


def _is_picture(body: bytes) -> bool:
    return body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


def _is_text(body: bytes) -> bool:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\r\n\t\f" for char in text)


def _picture(body: bytes, at: int, *, keep_location: bool) -> Taken:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(body), formats=list(_PICTURES)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                _refuse("图片太大；最多 8000 万像素", "the picture is too large; allowed: at most 80 million pixels")
            picture.load()
            located = _is_located(picture)
            kept = body if keep_location else _without_location(picture)
            media, thumb = _PICTURES.get(picture.format or "", "image/jpeg"), _thumb(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, FieldRefused):
            raise
        _refuse(
            "图片打不开：可能没有传完，请重试", "the picture cannot be opened: it may not have arrived whole; try again"
        )
    file = KeptFile(sha256=name_of(kept), media=media, size=len(kept), body=kept, thumb=thumb, created=at)
    return Taken(file=file, located=located and keep_location)


def _is_located(picture: Image.Image) -> bool:
    return bool(picture.getexif().get_ifd(_GPS)) or b"GPSLatitude" in _xmp(picture)


def _xmp(picture: Image.Image) -> bytes:
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return found if isinstance(found, bytes) else str(found).encode()


def _without_location(picture: Image.Image) -> bytes:
    """The same picture, its pixels untouched where the format allows it; of what a camera adds only how it is turned and when
    it was taken stays: makers hide places in their own notes."""
    from PIL import Image

    found = picture.getexif()
    kept = Image.Exif()
    for tag in (0x0112, 0x0132, 0x010F, 0x0110):  # orientation, date and time, maker, model
        if tag in found:
            kept[tag] = found[tag]
    out = io.BytesIO()
    match picture.format:
        case "JPEG" | "MPO":  # the second is a photo with others behind it: only the first is kept
            quality = "keep" if picture.format == "JPEG" else 92
            picture.save(out, "JPEG", quality=quality, exif=kept, icc_profile=picture.info.get("icc_profile"), xmp=b"")
        case "WEBP":
            picture.save(out, "WEBP", quality=90, exif=kept, icc_profile=picture.info.get("icc_profile"), xmp=b"")
        case _:
            picture.info = {
                name: value for name, value in picture.info.items() if name in ("transparency", "icc_profile")
            }
            picture.save(out, "PNG", exif=kept)
    return out.getvalue()


def _thumb(picture: Image.Image) -> bytes:
    from PIL import ImageOps

    small = ImageOps.exif_transpose(picture).convert("RGB")
    small.thumbnail((THUMB, THUMB))
    small.info = {}
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def is_blank(body: bytes) -> bool:
    """Whether a picture is all of one colour, as a signature that nobody wrote."""
    from PIL import Image

    with Image.open(io.BytesIO(body)) as picture:
        return all(low == high for low, high in picture.convert("RGBA").getextrema())  # type: ignore[misc]
