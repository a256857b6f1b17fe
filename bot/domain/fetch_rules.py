"""
Which private hosts and addresses may be fetched, and linked to: those the operator named, and no others.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from bot.domain.ip_addresses import is_public_address, literal_address

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LOOPBACK = tuple(map(ipaddress.ip_address, ("127.0.0.1", "::1")))


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What may be fetched although it is private. `hosts` are names in lower case, as they stand in links (ASCII)."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def __hash__(self) -> int:
        """Return a number that takes no long time: rules are part of what each link is remembered by."""
        return hash((self.hosts, len(self.networks)))

    @classmethod
    def parse(cls, text: str) -> FetchRules:
        """Read hosts, addresses and networks, comma-separated. Raises: ValueError, which names the wrong one."""
        hosts: set[str] = set()
        networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            network = _network(part)
            if network is None:
                hosts.add(_host(part))
            elif network not in networks:
                networks.append(network)
        return cls(frozenset(hosts), tuple(networks))

    def admits(self, host: str, address: str) -> bool:
        """Return whether a connection to `address` may be made, to which `host` of a link has led.

        What leads to an address says nothing about it unless the host itself is named: a redirect or a name server
        may lead anywhere.
        """
        return is_public_address(address) or plain_host(host) in self.hosts or self._holds(address)

    def names(self, host: str) -> bool:
        """Return whether a host of a link is named: by itself, or as an address of a network that is."""
        host = plain_host(host)
        if host in self.hosts:
            return True
        if host == "localhost":
            return any(self._holds(str(address)) for address in _LOOPBACK)
        address = literal_address(host)
        return address is not None and self._holds(str(address))

    def including(self, host: str) -> FetchRules:
        """Return these rules with one more host: one that was reached by an address that they admit."""
        return replace(self, hosts=self.hosts | {plain_host(host)})

    def _holds(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.split("%")[0])
        return any(ip in network for network in self.networks)


PUBLIC_ONLY = FetchRules()
"""The rules where nothing private may be fetched."""


def plain_host(host: str) -> str:
    """Return a host as rules have it: in lower case, without a dot at its end or brackets around it."""
    return host.lower().rstrip(".").strip("[]")


def _network(part: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return a part that is an address or a network; None when it looks like a name. Raises: ValueError."""
    bare = part.strip("[]")
    try:
        return ipaddress.ip_network(bare)
    except ValueError:
        pass
    if "/" in bare and "//" not in bare:
        try:
            meant = ipaddress.ip_network(bare, strict=False)
        except ValueError:
            raise ValueError(f'"{part}" is not a network; write it like 10.0.0.0/8') from None
        raise ValueError(f'"{part}" is an address inside of a network; write {bare.partition("/")[0]} or {meant}')
    return None


def _host(part: str) -> str:
    """Return a part that is a host's name, in ASCII. Raises: ValueError."""
    try:
        name = part.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name) or literal_address(name) is not None or name.rpartition(".")[2].isdigit():
        raise ValueError(
            f'"{part}" is not a host, an address or a network; write 127.0.0.1, 10.0.0.0/8 or wiki.local,'
            " without https:// or a port"
        )
    return name
