"""Alibaba Cloud's request signature, version 3 (ACS3-HMAC-SHA256), as help.aliyun.com publishes it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def query_string(query: Mapping[str, str]) -> str:
    """Sorted, and encoded as RFC 3986 has it: the same text is signed and sent."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))


def authorization(
    key_id: str, secret: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes = b""
) -> str:
    """The ``Authorization`` of a POST to ``/``. ``headers``: host and every ``x-acs-…``, names in small letters."""
    signed = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(["POST", "/", query_string(query), lines, signed, content_hash(body)])
    to_sign = f"{ALGORITHM}\n{content_hash(request.encode())}"
    made = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={made}"


def content_hash(body: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body).hexdigest()
