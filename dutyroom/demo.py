"""The demo: an example property, accounts that everybody knows, and a simulated building."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from facility.person import Role

if TYPE_CHECKING:
    from storage.records.port import Records

PASSWORD = "dutyroom-demo"  # noqa: S105 - printed on the sign-in page; only ever valid on loopback
PEOPLE: dict[str, tuple[str, Role]] = {
    "officer": ("值班员 小周 Zhou", Role.OFFICER),
    "engineer": ("工程师 王工 Wang", Role.ENGINEER),
    "guard": ("保安 老陈 Chen", Role.GUARD),
    "inspector": ("检查员 刘处 Liu", Role.INSPECTOR),
    "manager": ("主管 林经理 Lin", Role.ADMIN),
}
CODED = ("checkpoint", "pump-room-gauge", "distribution-box")
"""Kinds of assets at which the demo has a code on the wall."""


def site_folder() -> Path:
    """The example property: in the checkout, or inside the installed package."""
    packaged = Path(str(files("dutyroom"))) / "examples" / "riverside"
    return packaged if packaged.exists() else Path(__file__).parents[1] / "examples" / "riverside"


def add_accounts(records: Records, now: int) -> None:
    """The demo accounts, once."""
    from api.accounts import add_account

    missing = set(PEOPLE) - {account.id for account in _accounts(records)}
    for name in sorted(missing):
        title, role = PEOPLE[name]
        with records.begin() as unit:
            add_account(unit, name=name, title=title, role=role, password=PASSWORD, who="system:demo", at=now)
            unit.notes.put(f"demo-account/{name}", role.value)


def owe_today(records: Records, site: Path | None, now: int) -> None:
    """The demo's duties are owed from this morning on, so that there is something to do on the first day."""
    from dutyroom.duty_following import DutyFiles
    from facility.calendar import instant_of, local_day
    from inspections.duty_versions import owe_since

    with records.begin() as unit:
        zone = unit.registers.load().time_zone
        owe_since(unit, DutyFiles(site).duties(), instant_of(local_day(now, zone), 0, zone), now)


def hang_codes(records: Records, now: int) -> None:
    """Codes at checkpoints, gauges and boxes, once: on a phone they lead there, and their sheet can be printed."""
    from api.reporting import make_codes
    from facility.person import Actor

    with records.begin() as unit:
        register = unit.registers.load()
        if not unit.place_codes.all():
            scopes = [f"asset:{one.id}" for one in register.assets.values() if one.kind in CODED]
            make_codes(unit, register, Actor(id="system:demo", name="demo"), scopes, now)


def accounts_in(records: Records) -> tuple[tuple[str, str, Role], ...]:
    """(name, password, role) of the demo accounts that can still sign in."""
    with records.read() as unit:
        demo = {name.removeprefix("demo-account/") for name in unit.notes.names("demo-account/")}
    return tuple((a.id, PASSWORD, a.role) for a in _accounts(records) if a.id in demo and a.disabled is None)


def _accounts(records: Records) -> list[Account]:
    with records.read() as unit:
        return unit.people.accounts()


if TYPE_CHECKING:
    from storage.records.people import Account
