"""Who scans a checkpoint where his work order is has arrived there: at the scan's own time, however late it was heard of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from facility.alert import NotAllowed
from facility.reading import Scan
from facility.register import Register
from facility.work_order import Action, Order, State, WorkOrder
from response.orders import OrderRoom, act
from storage.readings.port import Readings
from storage.records.port import Conflict, Records, Unit, WorkOrderFilter

CARD = "card"
"""The way, among a person's in the rota, by which checkpoints know him."""
EVERY_MS = 2_000
AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """``hide`` makes of a card what scans carry; both are pseudonyms under one key, and the number itself stays in the rota."""

    readings: Callable[[], Readings]
    hide: Callable[[str], str]

    def run(self, records: Records, now: int) -> bool:
        """One look at all orders that somebody has taken and not reached. Raises ``ReadingsUnavailable``."""
        with records.read() as unit:
            found = self._found(unit, now)
        for order, scan in found:
            try:
                with records.begin() as unit:
                    self._arrive(unit, order, scan)
            except (Conflict, NotAllowed):
                continue  # somebody was faster; the next look sees what is left
        return False

    def _found(self, unit: Unit, now: int) -> list[tuple[WorkOrder, Scan]]:
        orders = unit.work_orders.find(WorkOrderFilter(states=(State.ACCEPTED,)), limit=AT_ONCE).rows
        if not orders:
            return []
        register, rota = unit.registers.load(), unit.rota.load()
        found: list[tuple[WorkOrder, Scan]] = []
        for order in orders:
            person = rota.person(order.assignee)
            guard = self.hide(person.addresses.get(CARD, "")) if person else ""
            points = places_to_scan(register, order) if guard else []
            scan = self._first(points, guard, _accepted(unit, order), now) if points else None
            if scan is not None:
                found.append((order, scan))
        return found

    def _first(self, points: list[str], guard: str, since: int, now: int) -> Scan | None:
        scans = (scan for point in points for scan in self.readings().scans(point, since, now + 1))
        return min((scan for scan in scans if scan.guard == guard), key=lambda scan: scan.at, default=None)

    def _arrive(self, unit: Unit, order: WorkOrder, scan: Scan) -> None:
        wish = Order(action=Action.ARRIVE, who=order.assignee, at=scan.at, proof=f"scan:{scan.point}")
        if unit.work_orders.get(order.id).version == order.version:
            act(unit, OrderRoom(), order.id, wish)


def places_to_scan(register: Register, order: WorkOrder) -> list[str]:
    """The checkpoints in the order's zone, those inside it included."""
    zones = register.zones_below(order.zone) | {order.zone} if order.zone else set()
    return [
        point.id
        for point in register.points.values()
        if point.quantity == "scan" and (found := register.assets.get(point.asset)) and found.zone in zones
    ]


def _accepted(unit: Unit, order: WorkOrder) -> int:
    """When whoever has it took it: a scan before that was another walk."""
    taken = [fact.at for fact in unit.facts.of("work-order", str(order.id)) if fact.what == "accepted"]
    return taken[-1] if taken else order.opened
