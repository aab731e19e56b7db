import base64

import pytest

from storage.records.port import AlertFilter, WorkOrderFilter
from storage.records.sql import SqlRecords, cursor

GARBAGE = [
    "",
    "x",
    "====",
    "!!!!",
    "é",
    "\x00",
    "a" * 100_000,
    base64.b64encode(b"alerts:").decode(),
    base64.b64encode(b"alerts:1:2").decode(),
    base64.b64encode(b"alerts:one").decode(),
    base64.b64encode(b"alerts:" + b"9" * 5_000).decode(),
    base64.b64encode(b"alerts:9223372036854775808").decode(),
    base64.b64encode(b"\xff\xfe").decode(),
    cursor.write("bicycles", 3),
]


def test_a_cursor_reads_what_it_wrote() -> None:
    assert cursor.read("dead-letters", cursor.write("dead-letters", 1_795_492_800_000, 7), 2) == (1_795_492_800_000, 7)


@pytest.mark.parametrize("text", GARBAGE)
def test_every_list_refuses_a_cursor_that_is_not_its_own(records: SqlRecords, text: str) -> None:
    with records.read() as unit:
        for find in (
            lambda: unit.alerts.find(AlertFilter(), text),
            lambda: unit.work_orders.find(WorkOrderFilter(), text),
            lambda: unit.letters.dead(text),
            lambda: unit.letters.unclaimed(text),
        ):
            with pytest.raises(ValueError, match="cursor: "):
                find()
