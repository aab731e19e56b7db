"""``/api/v1/devices/try``: what would become of a message, without storing anything."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from api.access import READING, WorkActor
from api.context import Context, context_of
from api.paging import PROBLEMS, Out, moment
from api.payload_trying import MOST_SHOWN, MOST_TEXT, Opinion, Tried, Unreadable, read_entered, try_payload
from api.routes import API
from collector.decoding import Announced, Decoded
from collector.qualify import EARLIEST
from facility.alert_life import FieldRefused
from facility.quality import Quality
from facility.reading import Reading

router = APIRouter(prefix=f"{API}/devices", tags=["devices"], responses=PROBLEMS, dependencies=[READING])
Given = Annotated[Context, Depends(context_of)]
LAST = 253_402_300_800_000
"""Year 10000: what lies beyond cannot be written as ISO 8601."""


class PayloadIn(BaseModel):
    """A message as a device publishes it."""

    topic: str = Field(max_length=10_000, examples=["dutyroom/v1/riverside/gauge-1/readings"])
    payload: str = Field(default="", max_length=MOST_TEXT, examples=['{"values": {"pressure": 0.612}}'])
    encoding: Literal["text", "hex", "base64"] = Field(default="text", description="How `payload` is written.")
    retained: bool = Field(default=False, description="Kept by the broker from earlier.")


class SignalOut(Out):
    """One value as a decoder understands it."""

    device: str
    key: str
    value: float | bool | str
    unit: str
    at: str | None = Field(description="Null: no time was given, or an impossible one.")
    test: bool
    stale: bool
    fault: str


class EventOut(Out):
    """Something that happened at a door or checkpoint; cards and tags are not repeated."""

    device: str
    event: str
    at: str | None


class StatusOut(Out):
    """A device came or went."""

    device: str
    online: bool


class AnnouncedOut(Out):
    """A value that will be published (discovery)."""

    topic: str
    key: str
    name: str
    unit: str
    device_class: str
    device_name: str


class OpinionOut(Out):
    """What one decoder makes of the message: `reason` says why it refuses it."""

    decoder: str = Field(examples=["native"])
    usual: bool = Field(description="Its messages usually come by such a topic.")
    reason: str
    signals: list[SignalOut]
    events: list[EventOut]
    statuses: list[StatusOut]
    announced: list[AnnouncedOut]
    refused: list[str]


class WouldStore(Out):
    """A reading that would be stored."""

    point: str = Field(examples=["t1-pump-1.pressure"])
    at: str | None
    value: float
    quality: str = Field(examples=["good"])
    test: bool


class Stranger(Out):
    """A device or key that would be among the unclaimed."""

    external_id: str
    key: str
    guess: str


class TriedOut(Out):
    """What this site would do with the message, and what every decoder makes of it."""

    source: str = Field(description="Empty: no source's filter matches the topic.")
    decoder: str
    captured: dict[str, str]
    broken: str = Field(description="Why the site's sources cannot be read; empty when they can.")
    dead_letter: str = Field(description="Why it would be a dead letter; empty when it would not.")
    readings: list[WouldStore]
    passages: int
    scans: int
    unclaimed: list[Stranger]
    opinions: list[OpinionOut]


@router.post("/try", summary="Try a payload")
def try_a_payload(visitor: WorkActor, context: Given, body: PayloadIn) -> TriedOut:
    """Nothing is stored and nobody is alarmed: the collector's own intake runs over the site's sources and register."""
    del visitor
    try:
        entered = read_entered(body.topic, body.payload, body.encoding, retained=body.retained)
    except Unreadable as error:
        raise FieldRefused("try", error.field, error.why) from None
    with context.records.read() as unit:
        return tried_out(try_payload(context, unit, entered))


def tried_out(tried: Tried) -> TriedOut:
    """The whole answer."""
    prepared = tried.prepared
    found = prepared.found if prepared else None
    return TriedOut(
        source=tried.source,
        decoder=tried.decoder,
        captured=dict(tried.captured),
        broken=tried.broken,
        dead_letter=prepared.letter.reason if prepared and prepared.letter else "",
        readings=[_would_store(one) for one in found.readings[:MOST_SHOWN]] if found else [],
        passages=len(found.passages) if found else 0,
        scans=len(found.scans) if found else 0,
        unclaimed=[Stranger(external_id=u.external_id, key=u.key, guess=u.guess) for u in prepared.unclaimed]
        if prepared
        else [],
        opinions=[_opinion(one) for one in tried.opinions],
    )


def _would_store(one: Reading) -> WouldStore:
    return WouldStore(
        point=one.point, at=_moment(one.at), value=one.value, quality=Quality(one.quality).word, test=one.test
    )


def _opinion(one: Opinion) -> OpinionOut:
    decoded = one.decoded or Decoded()
    return OpinionOut(
        decoder=one.decoder,
        usual=one.usual,
        reason=one.reason,
        signals=[SignalOut(**_signal(signal)) for signal in decoded.signals[:MOST_SHOWN]],
        events=[EventOut(device=e.device, event=e.name, at=_moment(e.at)) for e in decoded.events[:MOST_SHOWN]],
        statuses=[StatusOut(device=s.device, online=s.online) for s in decoded.statuses[:MOST_SHOWN]],
        announced=[_announced(one) for one in decoded.announced[:MOST_SHOWN]],
        refused=list(decoded.refused[:MOST_SHOWN]),
    )


def _announced(one: Announced) -> AnnouncedOut:
    return AnnouncedOut(
        topic=one.topic,
        key=one.key,
        name=one.name,
        unit=one.unit,
        device_class=one.device_class,
        device_name=one.device_name,
    )


def _signal(signal: Any) -> dict[str, Any]:
    return {**signal._asdict(), "at": _moment(signal.at)}


def _moment(at: int | None) -> str | None:
    return moment(at) if at is not None and EARLIEST <= at < LAST else None
