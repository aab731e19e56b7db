"""What there is to know where results are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from facility.duty import Duty
from facility.register import Register
from facility.work_order import WorkOrder
from storage.records.port import Unit

Opener = Callable[[Unit, Register, WorkOrder, str, int], WorkOrder]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRoom:
    """The duties in force, the register, and how work is opened."""

    duties: Mapping[str, Duty] = field(default_factory=dict)
    register: Register = field(default_factory=Register)
    opener: Opener | None = None
    """None: failed items open no work."""
