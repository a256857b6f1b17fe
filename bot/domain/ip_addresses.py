"""
IP addresses: which belong to the public internet, and what resolvers read as one.
"""

from __future__ import annotations

import ipaddress
import re

# Every form begins with a digit or holds a colon: `127.1`, `0x7f.1`, `::1`, `fe80::1`.
_LIKE_AN_ADDRESS = re.compile(r"[0-9]|[0-9a-f.]*:")
# https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. Blocks inside of others are left out.
_SPECIAL_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private use
            "100.64.0.0/10",  # shared by carriers
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, a cloud's metadata
            "172.16.0.0/12",  # private use
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private use
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and limited broadcast
        ),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291, section 2.4; ::127.0.0.1 lies outside of it
# https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies in global unicast
_SPECIAL_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID and others
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which hides an IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address behind a translator


def is_public_address(address: str) -> bool:
    """Return whether an IP address is one of the public internet's: in no block set aside for a special purpose.

    `ipaddress.is_global` is not asked: it knows the registries of the day its Python was released, and lets through
    what is globally reachable without being anybody's web server.
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in block for block in _SPECIAL_IPV4)
    if ip in _NAT64:
        return is_public_address(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip in _GLOBAL_UNICAST and not any(ip in block for block in _SPECIAL_IPV6)


def literal_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address also in the forms that resolvers accept and `ipaddress` does not (`0x7f.1`, `2130706433`)."""
    if not _LIKE_AN_ADDRESS.match(name):
        return None  # nearly every link: `ipaddress` would take longer to say so than all the rest
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    pieces = name.split(".")
    if len(pieces) > 4 or not all(re.fullmatch(r"0x[0-9a-f]{0,8}|[0-9]{1,12}", piece) for piece in pieces):
        return None
    try:
        *high, low = map(_loose_integer, pieces)
    except ValueError:
        return ipaddress.IPv4Address(0)
    number = sum(part << (24 - 8 * place) for place, part in enumerate(high)) + low
    return ipaddress.IPv4Address(number & 0xFFFFFFFF)


def _loose_integer(piece: str) -> int:
    base = 16 if piece.startswith("0x") else 8 if piece.startswith("0") else 10
    return int(piece.removeprefix("0x") or "0", base)
