"""What stands in a log must not open a door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from dutyroom.logs import without_variables


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def refuse(headers: dict[str, str]) -> None:
    raise OSError(f"refused with {len(headers)} header")


def test_a_traceback_says_where_and_never_what_variables_held(capsys: pytest.CaptureFixture[str]) -> None:
    without_variables()
    without_variables()
    try:
        refuse({"Authorization": "Token " + "-".join(["very", "secret"])})
    except OSError:
        structlog.get_logger().exception("an errand failed")
    said = capsys.readouterr().out
    assert "an errand failed" in said
    assert "OSError: refused with 1 header" in said
    assert "in refuse" in said
    assert "very-secret" not in said
