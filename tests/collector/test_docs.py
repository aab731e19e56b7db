"""docs/devices.md says what is so."""

import re
from pathlib import Path

import pytest

from collector.catalogue import DECODERS
from collector.decoding import Decoded, Message
from collector.example_pages import made_anew
from collector.sources import DEFAULT_SOURCES, read_sources

PAGE = (Path(__file__).resolve().parents[2] / "docs/devices.md").read_text("utf-8")
PUBLISHED = re.findall(r"^mosquitto_pub -q 1 -t (\S+) -m '(.*)'$", PAGE, re.MULTILINE)


def test_the_part_that_is_made_from_the_examples_is_as_they_are() -> None:
    assert made_anew(PAGE) == PAGE, "run: dutyroom devices docs --write docs/devices.md"


def test_a_page_without_the_mark_is_not_written() -> None:
    with pytest.raises(ValueError, match="no line '<!-- From here on"):
        made_anew("# Devices")


def test_every_decoder_is_in_the_table_with_its_usual_topics() -> None:
    for decoder in DECODERS.values():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{decoder.name}` |")]
        assert all(f"`{topic_filter.text}`" in row for topic_filter in decoder.filters)


def test_the_example_file_can_be_read() -> None:
    texts = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    scripts = dict.fromkeys(("level-probe", "em500-pp"), "function Decoder(bytes, port) { return {}; }")
    assert all(read_sources(text, scripts=scripts).sources for text in texts)
    sources = read_sources(next(text for text in texts if "zigbee-tower-a" in text))
    assert [s.name for s in sources.sources] == ["native", "zigbee-tower-a", "lorawan", "boilers"]
    boiler = sources.match("boilers/b-2/v1/devices/me/telemetry")
    assert boiler is not None
    assert boiler.captured == {"device": "b-2", "kind": "telemetry"}


@pytest.mark.parametrize(("topic", "payload"), PUBLISHED)
def test_what_is_published_for_a_try_is_understood(topic: str, payload: str) -> None:
    assert any(decoded(decoder_name, topic, payload.encode()).signals for decoder_name in DECODERS)


def decoded(name: str, topic: str, payload: bytes) -> Decoded:
    for topic_filter in DECODERS[name].filters:
        levels = topic_filter.match(topic)
        if levels is not None:
            message = Message(topic=topic, payload=payload, received=1, source=name, captured=levels)
            return DECODERS[name].decode(message, {})
    return Decoded()


def test_three_messages_are_published_for_a_try() -> None:
    assert len(PUBLISHED) == 3


def test_the_native_object_decodes() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    match = DEFAULT_SOURCES.match("dutyroom/v1/riverside/gauge-1/readings")
    assert match is not None
    message = Message(topic="t", payload=example.encode(), received=1, source="native", captured=match.captured)
    (signal,) = match.owner.decoder.decode(message, {}).signals
    assert (signal.value, signal.unit, signal.at) == (0.612, "MPa", 1_795_478_400_250)
