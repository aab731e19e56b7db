"""Files of a phone: sent first, each under the SHA-256 of its bytes, which the entry then names."""

from __future__ import annotations

from fastapi import Request

from api.acting import write
from api.context import Context
from facility.alert_life import FieldRefused
from facility.kept_file import name_of
from facility.text import Text
from response.attachments import take_in

LARGEST = 4 * 1024 * 1024
"""Bytes. Phones make pictures smaller before they keep them: 1,600 pixels are about half a megabyte."""


async def read_body(request: Request) -> bytes:
    """Raises ``FieldRefused`` as soon as it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise _refused("文件太大；最大 4 MB", "the file is too large; allowed: at most 4 MB")
    return bytes(body)


def keep(context: Context, sha256: str, body: bytes) -> int:
    """Its size. The same again is there already. Raises ``FieldRefused``.

    It is kept byte for byte, so that its name holds: a picture that says where it was taken is refused instead of changed.
    """
    if name_of(body) != sha256:
        raise _refused("文件没有传完整，请重试", "the file did not arrive whole; try again")
    taken = take_in(body, context.clock(), keep_location=True)
    if taken.located:
        raise _refused(
            "照片里带有拍摄地点；请用本页的拍照按钮",
            "the photo says where it was taken; take it with the button of this page",
        )
    write(context, lambda unit: unit.files.keep(taken.file))
    return taken.file.size


def _refused(zh: str, en: str) -> FieldRefused:
    return FieldRefused("attach", "file", Text(zh, en))
