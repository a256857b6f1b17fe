"""
Links: which are the same, and which may be shown or fetched at all.

Source: RFC 3986, section 6.2 (comparison)
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules
from bot.domain.ip_addresses import is_public_address, literal_address

MAX_LENGTH = 2048
PRIVATE = "a private address"
"""What `link_fault` says of a link that is well-formed, but leads where only the operator may send us."""
# What newsletters, advertisements and social networks add to a link they pass on.
_TRACKING = re.compile(
    r"(?:utm_[^=&]*|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|twclid|yclid|igshid|mc_[ce]id|_hsenc|_hsmi|mkt_tok)"
    r"(?:=|$)",
    re.IGNORECASE,
)
_SLASHES = re.compile(r"//+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_ASCII = "".join(map(chr, range(128)))
_NEVER_IN_LINKS = re.compile(r'[\s\\<>"]')
# Nearly every link: nothing in it can be read in two ways, so that taking it apart would change nothing.
_PLAIN = re.compile(r"https?://([0-9A-Za-z._-]+)(?:/[!#$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?")
_NORMAL = re.compile(
    r"https?://(?!www\.)((?:[0-9a-z_-]+\.)+[0-9a-z_-]+)((?:/[0-9A-Za-z._~!$&'()*+,;=:@-]+)*)/?",
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PRIVATE_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa", ".lan")


@lru_cache(maxsize=2048)
def normal_link(url: str) -> str:
    """Return the form in which two links to one story are equal. It is for comparing, not for opening.

    http and https are one, and so are a host with and without `www.`, a trailing dot or a default port; a path with
    doubled and trailing slashes or needless escapes; and a query with and without what only tracks readers. The
    fragment is left out.

    Raises: ValueError, for what is no link (`http://[`, a port of 99999); `normalised` is for what nobody has judged.
    """
    if (normal := _NORMAL.fullmatch(url)) is not None:
        return f"https://{normal[1]}{normal[2]}"
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    host = _host(parts).rstrip(".")
    bare = host.removeprefix("www.")
    if "." in bare:
        host = bare
    port = _port(parts)
    if port is not None and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = _without_needless_escapes(_SLASHES.sub("/", parts.path)).rstrip("/")
    query = "&".join(
        _without_needless_escapes(pair) for pair in parts.query.split("&") if pair and not is_tracking(pair)
    )
    return urlunsplit(("https" if scheme == "http" else scheme, host, path, query, ""))


def normalised(link: str) -> str | None:
    """Return what `normal_link` makes of a link; None for what is none."""
    try:
        return normal_link(link)
    except ValueError:
        return None


def is_tracking(pair: str) -> bool:
    """Return whether a pair of a link's query (`utm_source=x`) only tracks readers."""
    return _TRACKING.match(pair) is not None


def _without_needless_escapes(text: str) -> str:
    """Return a part of a link with each octet escaped where it must be, and only there.

    Source: RFC 3986, sections 2.3 and 6.2.2; https://url.spec.whatwg.org/#query-state (what browsers escape)
    """
    if "%" in text:
        text = _ESCAPE.sub(_as_needed, text)
    return text if text.isascii() else quote(text, safe=_ASCII, errors="replace")


def _as_needed(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def plain_host(url: str) -> str | None:
    """Return the host of an http(s) link that has no port and no user name and nothing to escape; None for others."""
    found = _PLAIN.fullmatch(url)
    return None if found is None else found[1]


def link_fault(url: str, allow: FetchRules = PUBLIC_ONLY) -> str | None:
    """Return why `url` cannot be a public web link, as words that follow "is"; None when it can.

    A private host that `allow` names is as good as a public one. Names are judged by their look only; whoever
    connects must also judge the addresses they resolve to (`FetchRules.admits`).
    """
    if not url:
        return "missing"
    if len(url) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH:,} characters"
    if (host := plain_host(url)) is not None:
        return _place_fault(host, allow)
    if not url.isprintable() or _NEVER_IN_LINKS.search(url):
        return "not a link: it holds blanks or characters that links cannot have"
    try:
        parts = urlsplit(url)
        fault = _place_fault(parts.netloc, allow)
    except ValueError:
        return "not a link"
    return fault if parts.scheme.lower() in _DEFAULT_PORTS else "not an http or https link"


@lru_cache(maxsize=256)  # a provider's links all lead to the same few hosts
def _place_fault(netloc: str, allow: FetchRules) -> str | None:
    """Return what is wrong with the part of a link that says where, as `link_fault` does. Raises: ValueError."""
    parts = SplitResult("", netloc, "", "", "")
    host, _ = _host(parts), _port(parts)
    if not host:
        return "not a link: it names no host"
    if parts.username is not None or parts.password is not None:
        return "a link with a user name in it"
    # Resolvers read a wide "１２７。0。0。1" as what it looks like: https://www.unicode.org/reports/tr46/#Processing
    name = unicodedata.normalize("NFKC", parts.hostname or "").replace("\u3002", ".").lower().rstrip(".")
    if allow.names(name):
        return None
    if name == "localhost" or name.endswith(_PRIVATE_NAMES):
        return PRIVATE
    address = literal_address(name)
    if address is not None:
        return None if is_public_address(str(address)) else PRIVATE
    return None if "." in name else PRIVATE


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    return f"[{host}]" if ":" in host else host


def _port(parts: SplitResult) -> int | None:
    return parts.port
