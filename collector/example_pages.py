"""The part of docs/devices.md that is made from the decoders' own examples: topic, payload, what is stored, options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator

from collector.catalogue import DECODERS, Decoder, of_example
from collector.decoding import Announced, Decoded, DecodeError, Event, Example, Signal, Status
from facility.instant import iso

MARK = "<!-- From here on made by: dutyroom devices docs --write docs/devices.md -->"
HEAD = """
## Every decoder with its examples

Each decoder carries its examples with it, and they run as tests. Below each stands what the decoder makes of it; which point a
device and key are, and with what quality a value is kept, the register and `sources.toml` say. Cards, tags and guards are kept
as keyed pseudonyms only.
"""
NOW = 1_795_478_400_000
LONGEST = 600
"""Characters of a payload in hexadecimal."""


def made_anew(page: str) -> str:
    """``page`` with everything from the mark on as it should be. Raises ``ValueError`` without the mark."""
    written, mark, _ = page.partition(MARK)
    if not mark:
        raise ValueError(f"no line {MARK!r}: it says where the part made by this command begins")
    return written + MARK + "\n" + "\n".join([HEAD, *(_section(decoder) for decoder in DECODERS.values())])


def _section(decoder: Decoder) -> str:
    parts = [f"### Examples: {decoder.name}", _about(decoder.about), _source(decoder)]
    return "\n\n".join([*parts, *(_example(decoder, example) for example in decoder.examples)]) + "\n"


def _about(text: str) -> str:
    """A module's docstring as a paragraph: single backticks, no line breaks within a paragraph."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text).replace("``", "`"))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _source(decoder: Decoder) -> str:
    filters = ", ".join(f'"{one.text}"' for one in decoder.filters)
    lines = ["[[source]]", f'name    = "{decoder.name.replace("_", "-")}"', f'decoder = "{decoder.name}"']
    lines.append(f"filter  = [{filters}]  # the usual topics; may be left out")
    for name, words in decoder.options.items():
        lines.append(f'options.{name} = "{words[0]}"  # or {", ".join(words[1:])}')
    if decoder.codecs:
        lines.append('# codecs = { "*" = "level-probe" }  # codecs/level-probe.js, for frames that come undecoded')
    return "\n".join(["```toml", *lines, "```"])


def _example(decoder: Decoder, example: Example) -> str:
    said = [f"**{example.what[0].upper()}{example.what[1:]}** · `{example.topic}`"]
    said += [f"With {_settings(example)}."] if example.options or example.codecs else []
    return "\n\n".join([*said, f"```text\n{_payload(example.payload)}\n```", _outcome(decoder, example)])


def _settings(example: Example) -> str:
    options = [f'`options.{name} = "{word}"`' for name, word in example.options.items()]
    codecs = [f"the codec `{codec.script}` for `{name}`" for name, codec in example.codecs.items()]
    return ", ".join(options + codecs)


def _payload(payload: bytes) -> str:
    if not payload:
        return "(empty)"
    try:
        text = payload.decode()
        if text.isprintable():
            return text
    except UnicodeDecodeError:
        pass
    shown = payload.hex(" ")
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + " …"


def _outcome(decoder: Decoder, example: Example) -> str:
    try:
        decoded = of_example(decoder, example, NOW)
    except DecodeError as error:
        return f"Refused: {error}"
    return "\n".join(_lines(decoded)) or "Nothing: it says nothing about a point."


def _lines(decoded: Decoded) -> Iterator[str]:
    if decoded.signals:
        yield from ("| device | key | value | time | |", "|---|---|---|---|---|")
        yield from (_row(signal) for signal in decoded.signals)
    rest: list[Event | Status | Announced] = [*decoded.events, *decoded.statuses, *decoded.announced]
    if decoded.signals and (rest or decoded.refused or decoded.replies):
        yield ""
    yield from (f"- {_told(one)}" for one in rest)
    yield from (f"- refused: {reason}" for reason in decoded.refused)
    yield from (f"- published in answer: `{topic}`" for topic, _ in decoded.replies)


def _row(signal: Signal) -> str:
    marks = [signal.fault, "a test" if signal.test else "", "no longer current" if signal.stale else ""]
    cells = (
        signal.device,
        f"`{signal.key}`",
        f"{_value(signal.value)} {signal.unit}".strip(),
        _time(signal.at),
        _joined(marks),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(raw: float | bool | str) -> str:
    match raw:
        case bool():
            return "true" if raw else "false"
        case str():
            return raw
        case _:
            return f"{raw:g}"


def _told(one: Event | Status | Announced) -> str:
    match one:
        case Event():
            given = [("card", one.credential), ("tag", one.tag), ("guard", one.guard), ("direction", one.direction)]
            more = _joined(f"{name} {text}" for name, text in given if text)
            return _joined((one.device, f"event `{one.name}`", _time(one.at), more, "a test" if one.test else ""))
        case Status():
            return f"{one.device}, {'online' if one.online else 'offline: its values are no longer current'}"
        case _:
            kind = _joined((one.name, one.unit, one.device_class))
            about = _joined((one.device_name, one.model))
            return f"announced: `{one.key}` by `{one.topic}` ({kind}; {about})"


def _time(at: int | None) -> str:
    return "none" if at is None else iso(at)


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)
