"""The page about inspections says what is so."""

import json
import re
from pathlib import Path

import pytest

from api.result_room import ResultIn
from facility.duty import EVIDENCE_SETS
from facility.insulation import FEWEST
from inspections.duty_files import read_duty
from inspections.submitting import AHEAD

PAGE = (Path(__file__).parents[2] / "docs" / "inspections.md").read_text("utf-8")
AROUND = """
id = "d"
clause = "EQ-2"
title = { zh = "测", en = "Test" }
do = { zh = "测", en = "Test" }
applies = { asset = ["distribution-box"] }
every = "year"
"""
LINES = """
[[check]]
id = "signal"
title = { zh = "信号", en = "Signal" }
[[check]]
id = "reset"
title = { zh = "复位", en = "Reset" }
[[check]]
id = "signature"
title = { zh = "签字", en = "Signature" }
kind = "signature"
"""


def test_the_tables_of_a_duty_can_be_read() -> None:
    insulation, evidence = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    others = "".join(
        f'[[check]]\nid = "{one}"\ntitle = {{ zh = "项", en = "Line" }}\nkind = "number"\n'
        for one in ("volts", "seconds", "celsius", "humidity", "deenergised")
    )
    found = read_duty(AROUND + insulation + others, "d.toml")
    assert found.insulation is not None
    assert found.checks[0].per is not None
    assert read_duty(AROUND + LINES + evidence, "d.toml").evidence is not None


def test_the_body_is_one_that_is_taken() -> None:
    (body,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert ResultIn.model_validate(json.loads(body)).draft("k").answers[0].value == 0.62


@pytest.mark.parametrize("kind", EVIDENCE_SETS)
def test_every_kind_of_evidence_stands_there_with_what_it_enters(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \|.*\| (.*) \|$", PAGE, re.MULTILINE)
    assert re.findall(r"`([a-z-]+)`", row) == list(EVIDENCE_SETS[kind])  # type: ignore[index]


def test_its_numbers_are_those_of_the_code() -> None:
    assert (FEWEST, AHEAD) == (4, 120_000)
    assert "Below four tests" in PAGE
    assert "beyond two minutes" in PAGE
