from pathlib import Path

import pytest

from collector.sources import DEFAULT_SOURCES, SourcesError, read_sources
from facility.instant import DAY, HOUR

GOOD = """
listen = ["site/#"]

[[source]]
name = "lora"
decoder = "chirpstack"
max_bytes = 4096
lateness  = "48h"
ignore = ["margin"]
[source.devices]
"24e124126a148401" = "gauge-9"
[source.keys.water]
as = "pressure"
unit = "kPa"
scale = 0.1
[source.keys.contact]
as = "state"
words = { true = "closed", false = "open" }
[[source.model]]
model = "EM500-PP"
[source.model.keys.pressure]
unit = "kPa"
"""


def test_without_a_file_there_is_the_native_source() -> None:
    assert DEFAULT_SOURCES.filters() == ["dutyroom/v1/+/+/+"]
    match = DEFAULT_SOURCES.match("dutyroom/v1/riverside/gauge-1/readings")
    assert match is not None
    assert match.owner.name == "native"
    assert match.captured["device"] == "gauge-1"


def test_a_file_adds_to_it() -> None:
    sources = read_sources(GOOD)
    assert [s.name for s in sources.sources] == ["native", "lora"]
    assert sources.filters() == ["dutyroom/v1/+/+/+", "application/+/device/+/event/+", "site/#"]
    lora = sources.named("lora")
    assert lora is not None
    assert lora.devices["24e124126a148401"] == "gauge-9"
    assert (lora.limit, lora.lateness) == (4096, 48 * HOUR)
    assert sources.sources[0].lateness == DAY
    assert (lora.meaning("water", "").name, lora.meaning("water", "").scale) == ("pressure", 0.1)
    assert lora.meaning("contact", "").words == {"true": "closed", "false": "open"}
    assert lora.meaning("pressure", "EM500-PP").unit == "kPa"
    assert lora.meaning("pressure", "another").unit == ""


def test_a_file_may_do_without_native_or_replace_it() -> None:
    assert read_sources("native = false").sources == ()
    replaced = read_sources('[[source]]\nname="native"\ndecoder="native"\nfilter="x/{device}/{kind}"')
    assert replaced.filters() == ["x/+/+"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]\n", "sources.toml: not TOML"),
        ('[[source]]\ndecoder = "native"', "line 1, source[1].name: is missing"),
        (
            '[[source]]\nname = "a"\ndecoder = "natve"',
            "line 3, source[1].decoder: 'natve' is no decoder; allowed: chirpstack",
        ),
        (
            '[[source]]\nname = "a"\ndecoder = "native"\nlateness = "soon"',
            "line 4, source[1].lateness: 'soon' is not a duration; write a number and one of ms, s, m, h, d",
        ),
        ('[[source]]\nname = "A b"\ndecoder = "native"', "line 2, source[1].name"),
        (
            '[[source]]\nname = "a"\ndecoder = "native"\ncolour = 1',
            "line 4, source[1].colour: is not known here; allowed: name",
        ),
        (
            '[[source]]\nname = "a"\ndecoder = "native"\n\n[[source]]\nname = "b"\ndecoder = "senml"\nfilter = "senml/all"',
            "line 8, source[2].filter: 'senml/all' must name the level {device} or {gateway}",
        ),
        (
            '[[source]]\nname = "a"\ndecoder = "native"\n[source.keys.p]\nunit = "kPs"',
            "line 5, source[1].keys.p.unit: 'kPs' in '1 kPs' is not a unit",
        ),
        ('[[source]]\nname = "a"\ndecoder = "native"\n[source.keys.p]\nscale = 0', "scale"),
        ('[[source]]\nname = "a"\ndecoder = "native"\n[source.keys.p]\nfactor = 2', "allowed: as, unit, scale, words"),
        ('[[source]]\nname = "a"\ndecoder = "native"\nfilter = "a/#/{device}/{kind}"', "line 4, source[1].filter"),
        (
            '[[source]]\nname = "a"\ndecoder = "native"\n[[source]]\nname = "a"\ndecoder = "native"',
            "line 5, source[2].name: 'a' is taken",
        ),
        ('listen = ["a/#/b"]', "line 1, listen"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_key(text: str, said: str) -> None:
    with pytest.raises(SourcesError) as caught:
        read_sources(text)
    assert str(caught.value).startswith("sources.toml")
    assert said in str(caught.value)


def test_the_example_sites_sources_can_be_read() -> None:
    file = Path(__file__).resolve().parents[2] / "examples/riverside/sources.toml"
    assert read_sources(file.read_text("utf-8"), str(file)).filters()
