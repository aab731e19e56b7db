"""Who may say what at a broker, by the register and the site's sources: each device on its own topics, and on nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collector.sources import Source, Sources
from collector.topics import TopicFilter
from facility.point import Device
from facility.register import Register

OURS = "dutyroom"
PROBED = "dutyroom/doctor/+"
"""Where ``dutyroom doctor --probe-broker`` tries the broker out."""
BRIDGED = frozenset({"zigbee2mqtt", "chirpstack", "the_things_stack", "nbiot_push"})
"""Decoders of what one program (a bridge, a network server, a platform) publishes for all its devices."""
_SPEAKERS = frozenset({"device", "gateway", "edge"})
"""Levels of a filter that say who speaks."""
_KINDS = ("readings", "events", "status")


class BadAccess(ValueError):
    """No safe access list can be made. Says which entry, what is wrong with it and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One client of the broker: its name, and the MQTT filters of what it may publish and hear."""

    user: str
    about: str
    write: tuple[str, ...]
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All accounts, Dutyroom's own first, and what was left out and why."""

    accounts: tuple[Account, ...]
    notes: tuple[str, ...]


def access_of(register: Register, sources: Sources) -> Access:
    """The accounts that the register's devices need. Raises ``BadAccess``."""
    accounts, notes = [_ours(register, sources)], []
    accounts += [account for source in sources.sources if (account := _bridge(source))]
    gateways = {device.gateway for device in register.devices.values() if device.gateway}
    for device in register.devices.values():
        source = sources.named(device.source)
        if source is None:
            notes.append(f"device {device.id}: sources.toml has no source {device.source!r}; it gets no account")
        elif source.decoder.name not in BRIDGED:
            account = _account(register, device, source, speaks_for_others=device.id in gateways)
            if account is not None:
                accounts.append(account)
    _unique(accounts)
    return Access(accounts=tuple(accounts), notes=tuple(notes))


def _ours(register: Register, sources: Sources) -> Account:
    write = [f"dutyroom/v1/{_level('site', site)}/+/set" for site in list(register.sites)[:1]] + [PROBED]
    if any(source.decoder.name == "sparkplug_b" for source in sources.sources):
        write.append("spBv1.0/+/NCMD/+")
    return Account(user=OURS, about="Dutyroom itself", write=tuple(write), read=("#",))


def _bridge(source: Source) -> Account | None:
    """Who publishes where the topic does not tell one client from another: it is trusted with all of them."""
    bridged = source.decoder.name in BRIDGED
    filters = tuple(dict.fromkeys(one.mqtt for one in source.filters if bridged or not _SPEAKERS & set(one.names)))
    if not filters:
        return None
    about = f"whatever publishes for all devices of source {source.name}"
    return Account(user=f"source-{source.name}", about=about, write=filters, read=filters)


def _account(register: Register, device: Device, source: Source, *, speaks_for_others: bool) -> Account | None:
    names = [device.external_id or device.id]
    names += [theirs for theirs, ours in source.devices.items() if ours == device.id and theirs not in names]
    write = dict.fromkeys(
        topic
        for name in names
        for one in source.filters
        for topic in _topics(one, device, source, name, speaks_for_others=speaks_for_others)
    )
    if not write:
        return None
    site = next(iter(register.sites), "site")
    read = [f"dutyroom/v1/{_level('site', site)}/{_level(device.id, names[0])}/set"] if device.commands else []
    if source.decoder.name == "sparkplug_b":
        group, _, edge = names[0].partition("/")
        read += [f"spBv1.0/{group}/{kind}/{edge}{below}" for kind, below in (("NCMD", ""), ("DCMD", "/+"))]
    return Account(user=device.id, about=f"device {device.id}", write=tuple(write), read=tuple(read))


def _topics(one: TopicFilter, device: Device, source: Source, name: str, *, speaks_for_others: bool) -> Iterator[str]:
    """What ``device``, called ``name`` there, may publish by one filter of its source."""
    if source.decoder.name == "sparkplug_b":
        yield from _edge_topics(one, device, name)
        return
    own = "device" if "device" in one.names else "gateway"
    if own not in one.names or (own == "gateway" and device.gateway):
        return  # the topic does not say who speaks, or another speaks for this one
    kinds = (*_KINDS, "batch") if speaks_for_others else _KINDS
    for kind in kinds if source.decoder.name == "native" else ("+",):
        yield _filled(one, {own: _level(device.id, name, many=f"{{{own}#}}" in one.text), "kind": kind})


def _edge_topics(one: TopicFilter, device: Device, name: str) -> Iterator[str]:
    """An edge node speaks for its devices; these have no connection of their own."""
    if name.count("/") != 1:
        return
    group, edge = (_level(device.id, part) for part in name.split("/"))
    topic = _filled(one, {"group": group, "edge": edge})
    yield topic
    yield f"{topic}/+"


def _filled(one: TopicFilter, known: dict[str, str]) -> str:
    text = one.text
    for name, level in known.items():
        text = text.replace(f"{{{name}}}", level).replace(f"{{{name}#}}", level if level != "+" else "#")
    return TopicFilter(text).mqtt


def _level(device: str, name: str, *, many: bool = False) -> str:
    """``name`` as a level of a topic, when it can be one and stands for itself alone."""
    wrong = next((sign for sign in "+#{}" if sign in name), "") or ("/" if "/" in name and not many else "")
    if wrong or not name or name != name.strip() or name.startswith("$") or not name.isprintable():
        raise BadAccess(
            f"{device}: external id {name!r} cannot be part of an access list"
            + (f": it has {wrong!r} in it, which would open the topics of others" if wrong else "")
            + "; allowed: text without + # { } $ and white space at its ends, and / only where the filter says {device#}"
        )
    return name


def _unique(accounts: list[Account]) -> None:
    seen: dict[str, str] = {}
    for account in accounts:
        if account.user in seen:
            raise BadAccess(
                f"{account.about}: the account {account.user!r} is that of {seen[account.user]} already; "
                "give the device another id"
            )
        seen[account.user] = account.about
