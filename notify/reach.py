"""Which addresses a channel may connect to: the public ones, and those that the site names.

A web address comes from a person's entry as well as from the site's file. Without this a webhook would be a way into the
building's own network, to the databases beside us, or to a cloud machine's metadata.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from notify.channel import NotNow, Refused

Ip = IPv4Address | IPv6Address
Found = tuple[int, str]
"""(address family, address as text), as the resolver gave it."""
Resolve = Callable[[str, int], Sequence[Found]]

_NAT64 = ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[Found]:
    """What the system's resolver says, in its order, each once. Raises ``NotNow``: a name server may be away."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotNow(f"{host} is not found: {getattr(error, 'strerror', None) or error}") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in answers))


def is_public(address: Ip) -> bool:
    """Whether it is somewhere on the internet, whatever it is wrapped in."""
    inner = _unwrapped(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _unwrapped(address: Ip) -> Ip | None:
    """The IPv4 address that an IPv6 one carries, where it carries one."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


@dataclass(frozen=True, slots=True)
class Reach:
    """``allow``: addresses, networks (``192.168.1.0/24``) and host names that may be reached although they are not public."""

    allow: tuple[str, ...] = ()
    resolver: Resolve = resolve

    def addresses(self, host: str, port: int) -> list[Found]:
        """Where to connect for ``host``. The caller connects to exactly one of these and asks no resolver again.

        Raises ``Refused`` when any of them is out of reach: a name that points inside and outside is a trick.
        """
        found = list(self.resolver(host, port))
        if not found:
            raise NotNow(f"{host} has no address")
        if host.casefold().rstrip(".") in {name.casefold() for name in self.allow}:
            return found
        for _, text in found:
            if not self._may(ip_address(text.partition("%")[0])):
                raise Refused(
                    f"{host} is the address {text}, which is not on the public internet: "
                    "where that is meant, name it under allow in channels.toml"
                )
        return found

    def _may(self, address: Ip) -> bool:
        return is_public(address) or any(address in network for network in self._networks())

    def _networks(self) -> list[IPv4Network | IPv6Network]:
        return [network for text in self.allow if (network := network_of(text)) is not None]


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """An entry of ``allow`` as a network; None where it is a host name."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
