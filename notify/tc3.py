"""Tencent Cloud's request signature, version 3 (TC3-HMAC-SHA256), as cloud.tencent.com publishes it. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"


def authorization(key_id: str, secret: str, service: str, *, at: int, headers: Mapping[str, str], body: bytes) -> str:
    """The ``Authorization`` of a POST to ``/``. ``at`` in seconds; ``headers``: those that are signed, names in small letters."""
    signed = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    request = "\n".join(["POST", "/", "", lines, signed, hashlib.sha256(body).hexdigest()])
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = _mac(_mac(_mac(f"TC3{secret}".encode(), day), service), "tc3_request")
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={_mac(key, to_sign).hex()}"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
