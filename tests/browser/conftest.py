from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from tests.api.seed import PASSWORD, House, RunningClock, fill, house
from tests.api.server import serving
from tests.browser.basement import basement, phone

expect.set_options(timeout=10_000)
__all__ = ["basement", "phone"]


@dataclass(frozen=True)
class Duty:
    """A duty room that people look at: where it is, and the stores behind it."""

    address: str
    home: House


@pytest.fixture
def duty(tmp_path: Path) -> Iterator[Duty]:
    """Riverside on a lively morning, served."""
    home = house(f"sqlite:///{tmp_path / 'records.db'}", RunningClock())
    fill(home)
    with serving(create_app(home.context)) as address:
        yield Duty(address, home)
    home.records.close()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "zh-CN", "timezone_id": "Europe/Berlin"}


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser itself complains about: broken scripts, refused styles. None is wanted."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    yield found
    assert [text for text in found if "Failed to load resource" not in text] == []


@pytest.fixture
def signed_in(page: Page, duty: Duty, complaints: list[str]) -> Callable[[str], Page]:
    """A page on the board after that account signed in."""

    def sign_in(account: str = "manager") -> Page:
        page.goto(f"{duty.address}/sign-in")
        page.fill("[name=account]", account)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(f"{duty.address}/")
        return page

    return sign_in
