"""Permissions that tests judge by: a few people, groups, cards."""

from dataclasses import replace
from datetime import date

from facility.permission import Permissions, Place
from facility.permission_entries import Credential, CredentialState, Group, Holder, Permission
from facility.text import Text

STAFF = Place(zone="office", access="staff", around={"o1": "public", "office": "staff"})
PUMPS = Place(zone="pumps", access="sensitive", around={"t1": "public", "pumps": "sensitive"})
ROOF = Place(zone="roof", access="high-risk", around={"t1": "public", "roof": "high-risk"})
LOBBY = Place(zone="t1", access="public", around={"t1": "public"})


def some_permissions(*more: Permission) -> Permissions:
    """Li is an engineer by day, and for the night of the pump room; Guo a guard whose last day was in June."""
    rules = [
        Permission(
            id="engineers",
            group="engineering",
            access="sensitive",
            days=("workdays",),
            starts=8 * 60,
            ends=20 * 60,
            since=date(2026, 1, 1),
            until=date(2026, 12, 31),
            approver="manager",
            reason="their work",
        ),
        Permission(
            id="li-nights", holder="li", zone="pumps", starts=22 * 60, ends=6 * 60, until=date(2026, 3, 5), approver="m"
        ),
        *more,
    ]
    cards = [
        Credential(pseudonym="c-li", holder="li", tail="0001"),
        Credential(pseudonym="c-lost", holder="li", tail="0002", state=CredentialState.LOST),
        Credential(pseudonym="c-old", holder="li", tail="0003", until=date(2026, 2, 28)),
        Credential(pseudonym="c-new", holder="li", tail="0004", since=date(2026, 6, 1)),
        Credential(pseudonym="c-forced", holder="li", tail="0005", duress=True),
        Credential(pseudonym="c-guo", holder="guo", tail="0006"),
        Credential(pseudonym="c-visitor", holder="pan", tail="0007", state=CredentialState.BLOCKED),
    ]
    people = [
        Holder(id="li", name="李工", groups=("engineering",)),
        Holder(id="guo", name="郭", groups=("engineering",), until=date(2026, 6, 30)),
        Holder(id="pan", name="潘"),
    ]
    return replace(
        Permissions(),
        groups={"engineering": Group(id="engineering", name=Text("工程", "Engineers"))},
        holders={one.id: one for one in people},
        credentials={one.id: one for one in cards},
        permissions={one.id: one for one in rules},
    )
