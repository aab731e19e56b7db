"""One message: whose it is, what it says, and what is to be stored of it. No I/O, no clock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from collector.catalogue import guess
from collector.conduct import Claim
from collector.decoding import Announced, ClaimsAnother, DecodeError, Message
from collector.link import Delivery
from collector.memory import Memories
from collector.ordinary import Ordinary
from collector.qualify import NAME_LIMIT, Arrival, Qualified, Qualifier
from collector.sources import Source, Sources
from collector.stats import Stats
from collector.topics import Match
from facility.instant import MINUTE
from facility.letter import DeadLetter, Unclaimed

LETTER_BYTES = 256 << 10
SAMPLE_BYTES = 64 << 10
REASON_CHARACTERS = 500
_REASONS_SHOWN = 3
_STRANGERS_A_MESSAGE = 50
_REPEATS_KEPT = 20_000
_STRANGERS_KEPT = 20_000


@dataclass(slots=True)
class Prepared:
    """One message, ready to be stored, judged and acknowledged."""

    delivery: Delivery
    received: int
    source: str = ""
    found: Qualified = field(default_factory=Qualified)
    letter: DeadLetter | None = None
    unclaimed: list[Unclaimed] = field(default_factory=list)
    replies: tuple[tuple[str, bytes], ...] = ()
    repeated: bool = False
    held: bool = False
    """No message of its own: the last word of a flood, which had been held back."""

    @property
    def only_a_letter(self) -> bool:
        """Nothing of it is stored or judged."""
        return not (self.found.readings or self.found.passages or self.found.scans or self.unclaimed)


@dataclass(slots=True)
class _Stranger:
    """How a stranger's repeats are counted without a write each."""

    written: int
    guess: str
    since: int = 0


class Intake:
    """Turns deliveries into ``Prepared``. Knows sources, register and the decoders' memories."""

    def __init__(self, sources: Sources, qualifier: Qualifier, memories: Memories, stats: Stats) -> None:
        self._sources, self._qualifier, self._memories, self._stats = sources, qualifier, memories, stats
        self._ordinary = Ordinary(qualifier)
        self._repeats: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._strangers: OrderedDict[tuple[str, str, str], _Stranger] = OrderedDict()

    def forget_strangers(self) -> None:
        """After a change of the register: who is still a stranger is news again."""
        self._strangers.clear()

    def prepare(self, delivery: Delivery, received: int, now: int, *, again: bool = False) -> Prepared:
        """Decode and qualify one message. Never raises: what cannot be used becomes a dead letter.

        ``again`` is for a dead letter that is tried once more: it is no repeat of itself.
        """
        match = self._sources.match(delivery.topic)
        if match is None:
            return self._nobodys(delivery, received, now)
        prepared = Prepared(delivery, received, match.owner.name)
        try:
            ordinary = self._ordinary.readings(delivery, match, received)
            if ordinary is None:
                self._take_in(prepared, _message(delivery, match), match.owner, now, again=again)
            else:
                prepared.found.readings = ordinary
        except DecodeError as error:
            if isinstance(error, ClaimsAnother):
                self._note_claims(prepared, match, error.claimed)
            self._bury(prepared, str(error), now)
        except Exception as error:  # noqa: BLE001 - one message must not stop the others, whatever is in it
            self._stats.isolated += 1
            self._bury(prepared, f"unexpected {type(error).__name__} while decoding: {error}", now)
        return prepared

    def bury(self, prepared: Prepared, reason: str, now: int) -> Prepared:
        """The message alone, as a dead letter: nothing of it is stored or judged."""
        alone = Prepared(prepared.delivery, prepared.received, prepared.source)
        self._bury(alone, reason, now)
        return alone

    def add_letter(self, prepared: Prepared, reason: str, now: int) -> None:
        """A part of the message turned out to be of no use; what else is wrong with it stays said."""
        said = f"{prepared.letter.reason}; " if prepared.letter is not None else ""
        self._bury(prepared, said + reason, now)

    def _take_in(self, prepared: Prepared, message: Message, source: Source, now: int, *, again: bool) -> None:
        decoded = source.decoder.decode(message, self._memories.of(source.name))
        prepared.replies = decoded.replies
        if decoded.duplicate_key and not again and self._seen(source.name, decoded.duplicate_key):
            prepared.repeated = True
            return
        arrival = Arrival(
            source=source, arrived=message.received, received=prepared.received, retained=message.retained
        )
        prepared.found = self._qualifier.qualify(decoded, arrival)
        self._note_claims(prepared, message, decoded.claimed)
        if prepared.found.refused:
            self._bury(prepared, _summary(prepared.found.refused), now)
        for external_id, key in islice(prepared.found.unclaimed, _STRANGERS_A_MESSAGE):
            self._notice(prepared, external_id, key, source.decoder.name, now)
        for one in islice(decoded.announced, _STRANGERS_A_MESSAGE):
            self._announce(prepared, one, source.decoder.name, now)

    def _announce(self, prepared: Prepared, one: Announced, decoder: str, now: int) -> None:
        """A value that will come by another topic: among the unclaimed of that topic's source, unless it has its point."""
        match, key = self._sources.match(one.topic), (one.key or one.topic.rpartition("/")[2])[:NAME_LIMIT]
        if match is None:
            self._notice(prepared, one.topic[:NAME_LIMIT], key, decoder, now, source="")
            return
        device = match.captured.get("device", one.topic)[:NAME_LIMIT]
        if not self._qualifier.knows(match.owner, device, key):
            self._notice(prepared, device, key, decoder, now, source=match.owner.name)

    @staticmethod
    def _note_claims(prepared: Prepared, match: Match[Source] | Message, claimed: Iterable[str]) -> None:
        speaker = match.captured.get("device", prepared.delivery.topic)[:NAME_LIMIT]
        prepared.found.claims += (Claim(prepared.source, speaker, one) for one in claimed)

    def _seen(self, source: str, key: str) -> bool:
        """Whether an envelope with this id was taken in before, as far back as is remembered."""
        if (source, key) in self._repeats:
            return True
        self._repeats[source, key] = None
        if len(self._repeats) > _REPEATS_KEPT:
            self._repeats.popitem(last=False)
        return False

    def _bury(self, prepared: Prepared, reason: str, now: int) -> None:
        delivery = prepared.delivery
        prepared.letter = DeadLetter(
            source=prepared.source,
            topic=delivery.topic,
            reason=reason if len(reason) <= REASON_CHARACTERS else reason[: REASON_CHARACTERS - 1] + "…",
            payload=delivery.payload[:LETTER_BYTES],
            size=len(delivery.payload),
            first=now,
            last=now,
        )

    def _nobodys(self, delivery: Delivery, received: int, now: int) -> Prepared:
        """No source's filter matches: kept by its topic, so that a source can be written for it."""
        prepared = Prepared(delivery, received)
        self._notice(prepared, delivery.topic[:NAME_LIMIT], "", "", now)
        return prepared

    def _notice(
        self, prepared: Prepared, external_id: str, key: str, decoder: str, now: int, *, source: str | None = None
    ) -> None:
        """A stranger is written at once, then at most once a minute with the number of times it was seen meanwhile."""
        delivery, name = prepared.delivery, (prepared.source if source is None else source, external_id, key)
        stranger = self._strangers.get(name)
        if stranger is not None and now - stranger.written < MINUTE:
            stranger.since += 1
            return
        if stranger is None:
            known = decoder or guess(delivery.topic, delivery.payload[:SAMPLE_BYTES], delivery.arrived)
            stranger = self._strangers[name] = _Stranger(now, known)
            if len(self._strangers) > _STRANGERS_KEPT:
                self._strangers.popitem(last=False)
        prepared.unclaimed.append(
            Unclaimed(
                source=name[0],
                external_id=external_id,
                key=key,
                topic=delivery.topic,
                payload=delivery.payload[:SAMPLE_BYTES],
                guess=stranger.guess,
                first=now,
                last=now,
                count=stranger.since + 1,
            ),
        )
        stranger.written, stranger.since = now, 0


def _message(delivery: Delivery, match: Match[Source]) -> Message:
    source = match.owner
    return Message(
        topic=delivery.topic,
        payload=delivery.payload,
        received=delivery.arrived,
        source=source.name,
        captured=match.captured,
        retained=delivery.retained,
        limit=source.limit,
        options=source.options,
        codecs=source.codecs,
    )


def _summary(refused: dict[str, int]) -> str:
    """The first few reasons, and how many there are more."""
    shown = [f"{reason} (×{count})" if count > 1 else reason for reason, count in refused.items()][:_REASONS_SHOWN]
    more = len(refused) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
