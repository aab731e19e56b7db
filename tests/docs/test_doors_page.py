"""docs/doors.md says which columns there are, what is looked for, and which commands and addresses."""

import re

from fastapi.routing import APIRoute

from api.routes import doors, permission_entries, permissions
from facility.door_check import SILENT
from facility.permission_files.columns import layout
from facility.person import Right
from inspections.permission_deeds import DUTY
from response.chain_files import load_chains
from response.door_check_files import load_door_checks
from tests.architecture.checkout import CHECKOUT

PAGE = (CHECKOUT / "docs" / "doors.md").read_text("utf-8")


def test_every_file_and_every_column_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)\.csv` \|(.*)$", PAGE, re.MULTILINE))
    columns = layout().columns
    assert set(rows) == set(columns)
    for name, row in rows.items():
        told = set(re.findall(r"`(\w+)`", row))
        assert [column.name for column in columns[name] if column.name not in told] == [], name


def test_every_check_is_told() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| ", PAGE, re.MULTILINE)
    assert set(told) == {rule.value for rule in load_door_checks()}


def test_the_silent_alert_s_names_are_those_of_the_product() -> None:
    for word in (SILENT, Right.SEE_SILENT.value, DUTY):
        assert f"`{word}`" in PAGE
    assert "`silent`" in PAGE
    assert "silent" in load_chains()


def test_the_addresses_for_programs_are_there() -> None:
    routes = (*doors.router.routes, *permissions.router.routes, *permission_entries.router.routes)
    paths = {route.path for route in routes if isinstance(route, APIRoute)}
    for told in re.findall(r"`(?:GET\|POST|GET|POST)? ?(/[a-z{}/_-]+)`", PAGE.split("## For programs")[1]):
        full = told if told.startswith("/api/v1") else f"/api/v1{told}"
        assert any(re.sub(r"{\w+}", "{}", path) == re.sub(r"{\w+}", "{}", full) for path in paths), told
