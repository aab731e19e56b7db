"""``dutyroom user …`` and ``dutyroom token …``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from facility.person import Role

if TYPE_CHECKING:
    from storage.records.port import Unit

users = typer.Typer(no_args_is_help=True)
tokens = typer.Typer(no_args_is_help=True)

WHO = "system:command-line"
RoleOption = Annotated[Role, typer.Option("--role", help="admin, officer, engineer, guard or inspector")]


@contextmanager
def _writing() -> Iterator[Unit]:
    from dutyroom.settings import load
    from dutyroom.wiring import open_records

    records = open_records(load())
    try:
        with records.begin() as unit:
            yield unit
    finally:
        records.close()


def _now() -> int:
    from dutyroom.wiring import now

    return now()


def _fail(text: str) -> typer.Exit:
    print(f"dutyroom: {text}", file=sys.stderr)
    return typer.Exit(2)


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="sign-in name: 2 to 40 letters, digits, . _ -")],
    role: RoleOption,
    title: Annotated[str, typer.Option("--name", help="the person's name as shown to others")] = "",
) -> None:
    """Add an account. The password is asked for, or read as one line from standard input."""
    from api.accounts import AccountError, add_account
    from storage.records.port import Conflict

    password = _ask_password()
    try:
        with _writing() as unit:
            add_account(unit, name=name, title=title or name, role=role, password=password, who=WHO, at=_now())
    except AccountError as error:
        raise _fail(str(error)) from None
    except Conflict:
        raise _fail(f"there is already an account {name!r}") from None
    print(f"added {name} ({role.value})")


@users.command("list")
def list_users() -> None:
    """All accounts with their roles."""
    with _writing() as unit:
        for account in unit.people.accounts():
            state = [] if account.disabled is None else ["disabled"]
            print("\t".join([account.id, account.role.value, account.name, *state]))


@users.command("password")
def set_password(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Set a new password and end the account's sessions."""
    from api.accounts import AccountError, change_password
    from storage.records.port import NotFound

    password = _ask_password()
    try:
        with _writing() as unit:
            change_password(unit, name=name, password=password, who=WHO, at=_now())
    except AccountError as error:
        raise _fail(str(error)) from None
    except NotFound:
        raise _fail(f"there is no account {name!r}") from None
    print(f"password of {name} changed; its sessions are ended")


@users.command("disable")
def disable_user(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Disable an account and end its sessions; what it did stays on record."""
    from api.accounts import disable_account
    from storage.records.port import NotFound

    try:
        with _writing() as unit:
            disable_account(unit, name=name, who=WHO, at=_now())
    except NotFound:
        raise _fail(f"there is no account {name!r}") from None
    print(f"disabled {name}")


@users.command("remove-demo")
def remove_demo() -> None:
    """Disable every demo account, so that the pages may be opened to the network."""
    from api.accounts import disable_account

    with _writing() as unit:
        names = [name.removeprefix("demo-account/") for name in unit.notes.names("demo-account/")]
        for name in names:
            disable_account(unit, name=name, who=WHO, at=_now())
    print(f"disabled: {', '.join(names) or 'none'}")


@tokens.command("create")
def create_token(
    role: RoleOption,
    name: Annotated[str, typer.Option(help="what it is for")] = "token",
    days: Annotated[int | None, typer.Option(min=1, help="valid for so many days; without it, until revoked")] = None,
) -> None:
    """Print a new bearer token. It is shown this once; only its hash is kept."""
    from api.accounts import new_token
    from facility.instant import DAY

    now = _now()
    with _writing() as unit:
        expires = None if days is None else now + days * DAY
        _, secret = new_token(unit, name=name, role=role, who=WHO, at=now, expires=expires)
    print(secret)


@tokens.command("list")
def list_tokens() -> None:
    """All tokens: number, role, name, and whether they still work."""
    now = _now()
    with _writing() as unit:
        for token in unit.people.tokens():
            ended = token.revoked is not None or (token.expires is not None and token.expires <= now)
            print("\t".join([str(token.id), token.role.value, token.name, *(["ended"] if ended else [])]))


@tokens.command("revoke")
def revoke_token(number: Annotated[int, typer.Argument(help="the token's number, see: dutyroom token list")]) -> None:
    """End a token."""
    with _writing() as unit:
        unit.people.revoke_token(number, _now())
    print(f"revoked {number}")
