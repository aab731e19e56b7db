"""What must hold between the rows of a register: references, trees, ranges, units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from facility.expression import ExpressionError
from facility.mode import MODE_NAMES, MODES, SETTING
from facility.point import Point
from facility.register_files.error import NOTHING, RegisterError
from facility.register_files.table import Row, Table, closest
from facility.text import Text
from facility.units import QUANTITIES, UnitError, allowed_units, canonical_unit, convert
from facility.virtual import bind

Tables = Mapping[str, Table]

REFERENCES = (
    ("zones", "site", "sites"),
    ("zones", "parent", "zones"),
    ("assets", "zone", "zones"),
    ("devices", "gateway", "devices"),
    ("points", "asset", "assets"),
    ("points", "device", "devices"),
    ("settings", "point", "points"),
    ("cameras", "zone", "zones"),
    ("routes", "site", "sites"),
    ("stops", "route", "routes"),
    ("stops", "point", "points"),
)
"""(table, column, the table that must have that id). An empty cell refers to nothing."""

_SUGGESTED = 20
"""So many dangling references get a did-you-mean: looking for one among 10,000 ids takes a while."""


def all_errors(tables: Tables) -> Iterator[RegisterError]:
    """Everything that can only be seen when all tables are read."""
    for table, column, target in REFERENCES:
        yield from _references(tables[table], column, tables[target], _holders_of_modes(tables, table))
    yield from _loops(tables["zones"], "parent")
    yield from _loops(tables["devices"], "gateway")
    yield from _sites_of_zones(tables["zones"])
    yield from _external_ids(tables["devices"])
    for row, point in tables["points"].nouns():
        yield from _point(tables["points"], row, point)
    yield from _keys(tables["points"])
    yield from _expressions(tables["points"])
    yield from _settings(tables)
    yield from _numbers(tables)
    yield from _stops(tables["stops"], tables["points"])


def _holders_of_modes(tables: Tables, table: str) -> frozenset[str]:
    """An asset or a zone may be in a mode as well, and with it every point of it."""
    return frozenset({*tables["assets"].ids(), *tables["zones"].ids()}) if table == "settings" else frozenset()


def _references(table: Table, column: str, target: Table, holders: frozenset[str]) -> Iterator[RegisterError]:
    if not target.whole:
        return
    known = target.ids()
    # Settings are history: those of a retired point stay in force's table and need no point.
    rows = (row for row in table.rows if row.number or table.name != "settings")
    rows = (row for row in rows if not (row.cells.get("name") == SETTING and row.cells.get(column) in holders))
    wrong = [row for row in rows if row.cells.get(column) and row.cells[column] not in known]
    for number, row in enumerate(wrong):
        near = closest(row.cells[column], known) if number < _SUGGESTED else NOTHING
        yield table.error(
            row, column, Text(f"不在 {target.name}.csv 中{near.zh}", f"is not in {target.name}.csv{near.en}")
        )


def _loops(table: Table, column: str) -> Iterator[RegisterError]:
    above = {id: row.cells.get(column, "") for id, row in table.ids().items()}
    for id, row in table.ids().items():
        seen, at = [id], above[id]
        while at and at not in seen:
            seen.append(at)
            at = above.get(at, "")
        # Told once for each member of the loop, not for what hangs below it.
        if at == id:
            path = " → ".join([*seen, id])
            yield table.error(row, column, Text(f"绕成了一圈：{path}", f"leads back to itself: {path}"))


def _sites_of_zones(zones: Table) -> Iterator[RegisterError]:
    known = zones.ids()
    for row, zone in zones.nouns():
        parent = known.get(zone.parent)
        if parent is not None and parent.cells.get("site") != zone.site:
            site = parent.cells.get("site", "")
            yield zones.error(row, "parent", Text(f"属于另一个项目 {site}", f"belongs to another site, {site}"))


def _external_ids(devices: Table) -> Iterator[RegisterError]:
    first: dict[tuple[str, str], Row] = {}
    for row, device in devices.nouns():
        earlier = first.setdefault((device.source, device.external_id or device.id), row)
        if earlier is not row:
            message = Text(
                f"在来源 {device.source} 中与第 {earlier.number} 行是同一个设备",
                f"is the same device of source {device.source} as in row {earlier.number}",
            )
            yield devices.error(row, "external_id" if device.external_id else "id", message)


def _point(points: Table, row: Row, point: Point) -> Iterator[RegisterError]:
    if point.quantity not in QUANTITIES:
        near = closest(point.quantity, QUANTITIES)
        message = Text(f"不是已知的量{near.zh}", f"is not a quantity{near.en}")
        yield points.error(row, "quantity", message, Text("、".join(QUANTITIES), ", ".join(QUANTITIES)))
        return
    yield from _units(points, row, point)
    if row.number and not row.cells.get("resolution") and not QUANTITIES[point.quantity].is_state:
        # A default would round 0.6 ± 0.1 MPa to whole megapascals.
        yield points.error(row, "resolution", Text("未填写", "is missing"), Text("大于 0 的数字", "a number above 0"))
    if not point.resolution > 0:
        yield points.error(
            row, "resolution", Text("不大于 0", "is not above 0"), Text("大于 0 的数字", "a number above 0")
        )
    if point.scale == 0:
        yield points.error(
            row, "scale", Text("会把一切变成 0", "would make everything 0"), Text("非 0 的数字", "any other number")
        )
    if point.low is not None and point.high is not None and point.low >= point.high:
        yield points.error(row, "low", Text(f"不低于上限 {point.high:g}", f"is not below high, {point.high:g}"))
    if not point.device:
        for column in ("key", "loop", "sent_unit"):
            if row.cells.get(column):
                message = Text("要有供数设备才有意义", "means nothing without a device")
                yield points.error(row, column, message)


def _units(points: Table, row: Row, point: Point) -> Iterator[RegisterError]:
    quantity = QUANTITIES[point.quantity]
    symbols = allowed_units(point.quantity)
    allowed = Text("留空", "empty") if quantity.is_state else Text("、".join(symbols), ", ".join(symbols))
    refused = False
    for column, unit in (("unit", point.unit), ("sent_unit", point.sent_unit)):
        try:
            if unit or column == "unit":
                canonical_unit(point.quantity, unit)
        except UnitError:
            refused = True
            zh, en = f"不是{quantity.name.zh}的单位", f"is not a unit of {quantity.name.en}"
            yield points.error(row, column, Text(zh, en) if unit else Text("未填写", "is missing"), allowed)
    if point.sent_unit and not refused:
        try:
            convert(1.0, point.sent_unit, point.unit, point.quantity)
        except UnitError:
            message = Text(f"不能换算成 {point.unit}", f"cannot be converted into {point.unit}")
            yield points.error(row, "sent_unit", message)


def _keys(points: Table) -> Iterator[RegisterError]:
    first: dict[tuple[str, str], Row] = {}
    for row, point in points.nouns():
        if not point.device:
            continue
        key = point.key or point.id.rpartition(".")[2]
        earlier = first.setdefault((point.device, key), row)
        if earlier is not row:
            message = Text(
                f"即设备 {point.device} 的键 {key}，第 {earlier.number} 行已经用了",
                f"means key {key} of device {point.device}, which row {earlier.number} has already",
            )
            yield points.error(row, "key" if point.key else "id", message)


def _expressions(points: Table) -> Iterator[RegisterError]:
    known = {point.id: point for _, point in points.nouns()}
    for row, point in points.nouns():
        if not point.expression or not row.number or point.quantity not in QUANTITIES:
            continue
        if point.device or point.loop:
            message = Text("算出的测点没有供数设备", "is of a point that a device feeds; a computed one has no device")
            yield points.error(row, "expression", message)
            continue
        try:
            bind(point, {id: one for id, one in known.items() if one.quantity in QUANTITIES})
        except ExpressionError as error:
            yield points.error(row, "expression", Text(f"算式有误：{error}", str(error)))


def _settings(tables: Tables) -> Iterator[RegisterError]:
    settings, by_id = tables["settings"], {point.id: point for _, point in tables["points"].nouns()}
    for row, setting in settings.nouns():
        point = by_id.get(setting.point)
        if point is None or not row.number:
            continue
        if setting.name == SETTING:
            yield from _mode(settings, row, setting.value)
            continue
        low = -math.inf if point.low is None else point.low
        high = math.inf if point.high is None else point.high
        if low < high and not low <= setting.value <= high:
            allowed = f"{low:g} – {high:g} {point.unit}".strip()
            message = Text("超出测点的量程", "is outside the point's range")
            yield settings.error(row, "value", message, Text(allowed, allowed))


def _mode(settings: Table, row: Row, value: float) -> Iterator[RegisterError]:
    if value not in MODES.values():
        message = Text("不是模式的编号", "is not the number of a mode")
        chinese = "、".join(f"{number}（{MODE_NAMES[word].zh}）" for word, number in MODES.items())
        yield settings.error(row, "value", message, Text(chinese, ", ".join(f"{n} ({w})" for w, n in MODES.items())))


CHECKPOINTS = ("scan", "entry")
"""What a stop of a route may read."""
_LIMITS = (
    ("points", "interval", 0, math.inf),
    ("cameras", "height", 0, 100),
    ("cameras", "tilt", -90, 90),
    ("cameras", "yaw", -360, 360),
    ("cameras", "hfov", 1, 360),
    ("cameras", "width_px", 1, 100_000),
    ("cameras", "height_px", 0, 100_000),
    ("routes", "every", 1, math.inf),
    ("routes", "guards", 1, 99),
    ("stops", "order", 1, 100_000),
)


def _numbers(tables: Tables) -> Iterator[RegisterError]:
    for name, column, low, high in _LIMITS:
        for row, noun in tables[name].nouns():
            if not low <= getattr(noun, column) <= high:
                allowed = f"{low} – {high}" if high < math.inf else f"≥ {low}"
                yield tables[name].error(row, column, Text("超出范围", "is out of range"), Text(allowed, allowed))


def _stops(stops: Table, points: Table) -> Iterator[RegisterError]:
    quantities = {point.id: point.quantity for _, point in points.nouns()}
    wrong = (row for row, stop in stops.nouns() if quantities.get(stop.point, "scan") not in CHECKPOINTS)
    for row in wrong:
        yield stops.error(
            row,
            "point",
            Text("不是打点测点", "is not a scan point"),
            Text("量为 scan 或 entry 的测点", "points of quantity scan or entry"),
        )
    for row, stop in stops.nouns():
        if stop.most is not None and stop.most < stop.walk:
            yield stops.error(row, "most", Text("短于最少用时", "is shorter than walk"))
