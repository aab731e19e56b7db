"""The kinds of entries, one file each; a new one is found by being there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from api.phone.kind import Kind


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind, by its name."""
    found = [import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__)]
    return {kind.name: kind for kind in found}
