"""A guard scans a checkpoint with a phone: its tag or its code becomes a scan like any reader's, with its photo and number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from facility.instant import HOUR, MINUTE
from facility.reading import Scan
from facility.register import Register
from facility.round import Round, RoundState
from facility.round_fold import Given
from facility.text import Text
from inspections.draft import DraftRefused, Wrong
from inspections.rounds.people import Hide, guard_of
from storage.readings.port import Readings
from storage.records.port import NotFound, Unit
from storage.records.rounds import RoundFilter

AHEAD = 2 * MINUTE
"""A phone's clock may run ahead so far, once its offset is taken off."""
COMING = 12 * HOUR
"""Rounds that begin so soon are shown on a phone."""
_PLAIN = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, kw_only=True)
class ScanRoom:
    """What there is to know where scans are taken."""

    readings: Readings
    register: Register
    hide: Hide


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanDraft:
    """What a phone read, and when. Nothing in it is judged yet."""

    code: str
    """The number of a tag, or the code that hangs at the checkpoint."""
    device_at: int
    """What the phone's clock said."""
    offset: int = 0
    """The phone's clock less the server's, milliseconds, as the phone last saw it."""
    files: tuple[str, ...] = ()
    """SHA-256 of photos that are kept already."""
    value: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenScan:
    """What was kept, and the rounds that it may belong to."""

    point: str
    at: int
    guard: str
    rounds: tuple[int, ...] = field(default=())
    """Their numbers; none: it is a scan outside rounds, and is kept all the same."""


def take_scan(unit: Unit, room: ScanRoom, draft: ScanDraft, who: str, now: int) -> TakenScan:
    """Keep it. The scan itself is durable when this returns; sent again it is the same scan.

    ``who`` is an account. Raises ``DraftRefused`` with all that is wrong, ``ReadingsUnavailable``: send it again later.
    """
    point, tag = resolve(unit, room.register, draft.code) or ("", "")
    at = draft.device_at - draft.offset
    wrong = [*_wrong(unit, draft, point), *_too_soon(at, now)]
    if wrong:
        raise DraftRefused(tuple(wrong))
    at, guard = min(at, now), _guard(unit, room.hide, who)
    room.readings.append([], [], [Scan(point=point, at=at, tag=room.hide("tag", tag), guard=guard, received=now)])
    if draft.files or draft.value is not None or draft.note:
        unit.rounds.give(
            Given(
                point=point,
                at=at,
                guard=guard,
                files=draft.files,
                value=draft.value,
                note=draft.note,
                device_at=draft.device_at,
                offset=draft.offset,
                received=now,
            )
        )
    held = (one.id for one in unit.rounds.open_at(at, at + 1) if any(stop.point == point for stop in one.stops))
    return TakenScan(point=point, at=at, guard=guard, rounds=tuple(held))


def resolve(unit: Unit, register: Register, code: str) -> tuple[str, str] | None:
    """A tag's number or a place code → (scan point, the tag there as registered). None: it is no checkpoint's.

    Nobody gets in by typing what stands on a plan: names of checkpoints are no codes.
    """
    wanted = plain(code)
    if not wanted:
        return None
    for stop in register.stops.values():
        for tag in stop.tags:
            if plain(tag) == wanted:
                return stop.point, tag
    return _by_place(unit, register, code.strip())


def plain(code: str) -> str:
    """Readers print numbers with and without colons, in small letters and capitals."""
    return _PLAIN.sub("", code).upper()


def _by_place(unit: Unit, register: Register, code: str) -> tuple[str, str] | None:
    """A code on an asset, or on a place with one checkpoint."""
    try:
        place = unit.place_codes.by_code(code)
    except NotFound:
        return None
    if not place.good:
        return None
    stops = {stop.point: stop for stop in register.stops.values()}
    found = [point for point in stops if _stands_at(register, point, place.asset, place.zone)]
    if len(found) != 1:
        return None
    return found[0], next(iter(stops[found[0]].tags), "")


def _stands_at(register: Register, point: str, asset: str, zone: str) -> bool:
    known = register.points.get(point)
    if known is None:
        return False
    if asset:
        return known.asset == asset
    stands = register.assets.get(known.asset)
    return stands is not None and stands.zone == zone


def _wrong(unit: Unit, draft: ScanDraft, point: str) -> Iterable[Wrong]:
    if not point:
        zh = "不是任何巡更点的标签或二维码；请扫巡更点上的标签"
        yield Wrong("code", Text(zh, "is no checkpoint's tag or code; allowed: what hangs at a checkpoint of a route"))
    for number, file in enumerate(draft.files):
        if not unit.files.has(file):
            yield Wrong(f"files.{number}", Text("没有这个文件；请先上传", "is not kept; upload the file first"))


def _too_soon(at: int, now: int) -> Iterable[Wrong]:
    if at > now + AHEAD:
        yield Wrong("device_at", Text("晚于现在；请校准手机时钟", "has not come yet; set the phone's clock"))


def _guard(unit: Unit, hide: Hide, who: str) -> str:
    """Whoever is in the rota has one pseudonym, with a card and with a phone."""
    person = unit.rota.load().of_account(who)
    return guard_of(person, hide) if person is not None else hide("guard", f"account:{who}")


def rounds_of(unit: Unit, teams: Sequence[str], now: int) -> list[Round]:
    """What a guard's phone shows: what goes on, and what comes soon, of these teams and of routes that are nobody's."""
    running = unit.rounds.all(RoundFilter(states=(RoundState.RUNNING,)))
    coming = unit.rounds.all(RoundFilter(states=(RoundState.PLANNED,), since=now - HOUR, until=now + COMING))
    return [one for one in [*running, *coming] if not one.team or one.team in teams]
