"""The page about phones says what is so."""

import json
import re
from pathlib import Path

from api.phone.kinds import kinds
from api.phone.syncing import ALREADY, CONFLICT, LATER, REFUSED, TAKEN
from api.routes.phone import SyncIn

PAGE = (Path(__file__).parents[2] / "docs" / "phone.md").read_text("utf-8")


def test_the_example_can_be_sent() -> None:
    [example] = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    sent = SyncIn.model_validate(json.loads(example))
    for entry in sent.entries:
        assert kinds()[entry.kind].shape.model_validate(entry.body) is not None


def test_every_kind_and_every_answer_is_named() -> None:
    [named] = re.findall(r"^Kinds: (.*?)\. ", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([a-z-]+)`", named)) == set(kinds())
    [answers] = re.findall(r"^Each entry is answered: (.*?)\. ", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([a-z]+)`", answers)) == {TAKEN, ALREADY, CONFLICT, REFUSED, LATER}
