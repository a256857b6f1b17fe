"""
Validating links in files: mended where that is harmless, refused where they could do harm, else left out.

Real files hold blanks, bars and umlauts in their links; a browser escapes those, and so do we. A `javascript:` link
or an address inside somebody's network is a different matter: the author should know.
Source: https://url.spec.whatwg.org/#url-parsing and RFC 3986
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from bot.content.plain_text import quoted
from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules
from bot.domain.link import MAX_LENGTH, link_fault, plain_host

_DANGEROUS = frozenset({"javascript", "vbscript", "file", "data", "blob", "filesystem", "view-source"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_PLAIN = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]*")
_AUTHORITY = re.compile(r"//([^/?#\\]*)(.*)", re.DOTALL)
_HOST = re.compile(r"(?:[0-9a-z._~:-]|%[0-9a-f]{2})+", re.IGNORECASE)
_SAFE = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A link fit for use, or the reason why it is not."""

    url: str | None = None
    fault: str = ""


def has_scheme(text: str) -> bool:
    """Return whether `text` is absolute, as `https://…`, `//host/…` or `mailto:…`, and not a path beside a file."""
    return text.startswith("//") or _scheme_of(text[:200]) is not None


def _scheme_of(text: str) -> re.Match[str] | None:
    """Find the scheme as browsers read it: in `java\\tscript:` too."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        text = _IGNORED_BY_BROWSERS.sub("", text)
    return _SCHEME.match(text)


@lru_cache(maxsize=512)  # webUrl is often originalUrl too, and a provider's logo returns in each of its files
def judged(text: str, allow: FetchRules = PUBLIC_ONLY) -> Judgement:
    """Return `text` as an http(s) link, public or allowed, escaped as a browser would, or what is wrong with it."""
    text = text.strip("\x00\t\n\v\f\r ")
    if text.startswith("//"):
        text = "https:" + text
    if len(text) <= MAX_LENGTH and plain_host(text) is not None:
        return _judged_place(text, text, allow)
    scheme_found = _scheme_of(text)
    if scheme_found is None:
        return Judgement(fault=f"{quoted(text)} is not a link; it begins with https://")
    scheme = scheme_found[1].lower()
    if scheme == "data" and text[:11].lower() == "data:image/":
        return Judgement(fault="an image inside the file cannot be sent; link to it or put it beside the file")
    if scheme in _DANGEROUS:
        return Judgement(fault=f"{quoted(text)} is a {scheme}: link, which is never shown or opened")
    if scheme not in ("http", "https"):
        return Judgement(fault=f"{quoted(text)} is not an http or https link")
    try:
        url = _escaped(scheme, text.partition(":")[2])
        parts = urlsplit(url)
        if parts.netloc.endswith(":"):  # no port after all; Telegram takes that for none that exists
            parts = parts._replace(netloc=parts.netloc[:-1])
            url = urlunsplit(parts)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Judgement(fault=f"{quoted(text)} is not a link")
    if len(url) > MAX_LENGTH:
        return Judgement(fault=f"is longer than {MAX_LENGTH:,} characters")
    if not host or not _HOST.fullmatch(host):
        return Judgement(fault=f"{quoted(text)} is not a link: it names no host")
    if port == 0:
        return Judgement(fault=f"{quoted(text)} is not a link: there is no port 0")
    return _judged_place(url, text, allow)


def _judged_place(url: str, text: str, allow: FetchRules) -> Judgement:
    """Return a well-formed link, which was written as `text`, unless it leads where nobody should go."""
    fault = link_fault(url, allow)
    if fault is not None:
        return Judgement(fault=f"{quoted(text)} is {fault}")
    return Judgement(url)


def _escaped(scheme: str, rest: str) -> str:
    """Percent-encode what links cannot have, and spell a host in ASCII before anyone judges it.

    Raises: ValueError, when the host cannot be spelt.
    """
    if _PLAIN.fullmatch(rest) or (authority := _AUTHORITY.match(rest)) is None:
        return f"{scheme}:{rest}"
    name, tail = authority.groups()
    if not name.isascii():
        user, at, name = name.rpartition("@")
        host, colon, port = name.partition(":")
        # The IDNA codec also folds full-width digits and dots, which would otherwise hide 127.0.0.1.
        name = user + at + host.encode("idna").decode("ascii") + colon + port
    return f"{scheme}://{name}{quote(tail, safe=_SAFE, errors='replace')}"
