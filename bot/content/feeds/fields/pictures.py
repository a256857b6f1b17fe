"""
The pictures of an item: which are named beside its text, which stand in it, and which are no pictures of the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from bot.content.feeds.fields.addresses import absolute
from bot.content.feeds.fields.markup import LONGEST, one_line
from bot.domain.article import Picture

MAX_PICTURES = 5  # of an item; the next is tried when one cannot be shown
_MAX_IMAGES = 200  # that are looked at in one text
_TOO_SMALL = 32  # pixels
_MOST_PIXELS = 100_000
_ALT_LIMIT = 300

_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|heic)$", re.IGNORECASE)
_IMG = re.compile(r"<img(?=[\s/])((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([^\s<>\"'=/]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s<>\"']++))")
_STYLE_SIZE = re.compile(r"(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*([0-9]{1,6})(?:\.[0-9]*)?px", re.IGNORECASE)
# Signs in a line of text, and what counts readers.
# It is asked of addresses in lower case with a stroke before them: an expression that begins with known letters, and
# need not mind case, takes a fifth of the time.
_NO_PICTURE = re.compile(
    r"/(?:emoji|emoticons?|smil(?:ey|ie)s?)/|/wp-includes/images/(?:smilies|core/emoji)|s\.w\.org/images/core/emoji|"
    r"feeds\.feedburner\.com/~|/~(?:ff|r|a)/|feedsportal\.com|doubleclick\.net|pixel\.(?:wp|quantserve)\.|stats?\.wordpress|"
    r"[/.](?:pixel|counter|count|track(?:er|ing)?|beacon|spacer|blank|clear|transparent|1x1)(?:\.|/|$|\?)|"
    r"google-analytics|/b\.gif|matomo|piwik|scorecardresearch|facebook\.com/tr"
)
_SMILEY_CLASS = re.compile(r"\b(?:wp-smiley|emoji|emoticon|smiley|icon)\b", re.IGNORECASE)
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_WIDTH_IN_SET = re.compile(r"([0-9]{1,6})(?:\.[0-9]*)?w")
_DENSITY_IN_SET = re.compile(r"([0-9]{1,3}(?:\.[0-9]*)?)x")


@dataclass(frozen=True, slots=True)
class Named:
    """A picture that an item names beside its text, with what is said of it."""

    address: str | None
    type: str = ""
    medium: str = ""
    width: str | None = None
    height: str | None = None
    alt: str | None = None


def is_image(named: Named) -> bool:
    """Return whether what an item names is a picture: it says so, or says nothing and its path ends like one."""
    kind = named.type.strip().lower()
    if kind.startswith("image") or named.medium.strip().lower() == "image":
        return True
    if (kind and not kind.startswith("application/octet")) or named.medium:
        return False
    return _has_image_path(named.address)


def _has_image_path(address: str | None) -> bool:
    try:
        return _IMAGE_PATH.search(urlsplit(address or "").path) is not None
    except ValueError:
        return False


def widest_first(named: Iterable[Named]) -> list[Named]:
    """Return pictures by their width, and in their order where it is not said or the same."""
    return sorted(named, key=lambda one: -(pixels(one.width) or 0))


def picture_of(named: Named, base: str) -> Picture | None:
    """Return a picture as articles have it; None when its address is none."""
    url = absolute(named.address, base)
    if url is None:
        return None
    alt = one_line(named.alt or "")[:_ALT_LIMIT] or None
    return Picture(url, pixels(named.width), pixels(named.height), alt=alt)


def pixels(text: str | None) -> int | None:
    """Return a size in pixels as attributes give it: `640`, `640px`; None for percents and nonsense."""
    if not text:
        return None
    text = text.strip().lower().removesuffix("px").partition(".")[0].strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return None
    return int(text) if 0 < int(text) <= _MOST_PIXELS else None


def first_in_html(markup: str, base: str) -> Picture | None:
    """Return the first real picture in HTML."""
    markup = markup[:LONGEST]
    if "<img" not in markup and "<IMG" not in markup:
        return None
    return first_real(map(_attributes, _tags(markup)), base)


def first_real(images: Iterable[Mapping[str, str]], base: str) -> Picture | None:
    """Return the first of `<img>` elements, given by their attributes, that is a picture of the story."""
    for attributes in images:
        if _is_small(attributes):
            continue
        if _SMILEY_CLASS.search(attributes.get("class", "")) and not pixels(attributes.get("width")):
            continue
        address = _address(attributes)
        if address is None:
            continue
        picture = picture_of(
            Named(address, width=attributes.get("width"), height=attributes.get("height"), alt=attributes.get("alt")),
            base,
        )
        if picture is not None:
            return picture
    return None


def _tags(markup: str) -> Iterator[str]:
    for number, tag in enumerate(_IMG.finditer(markup)):
        if number >= _MAX_IMAGES:
            return
        yield tag[1]


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        value = attribute[2] or attribute[3] or attribute[4] or ""
        found.setdefault(attribute[1].lower(), unescape(value) if "&" in value else value)
    return found


def _is_small(attributes: Mapping[str, str]) -> bool:
    for name in ("width", "height"):
        size = attributes.get(name, "").strip().lower().removesuffix("px").partition(".")[0]
        if size.isascii() and size.isdigit() and len(size) < 7 and int(size) <= _TOO_SMALL:
            return True
    return any(int(size) <= _TOO_SMALL for size in _STYLE_SIZE.findall(attributes.get("style", "")))


def _shows_nothing(address: str) -> bool:
    return _NO_PICTURE.search("/" + address.lower()) is not None


def _address(attributes: Mapping[str, str]) -> str | None:
    """Return where a picture really lies: pages that load pictures late have a stand-in for it in `src`."""
    source = attributes.get("src", "").strip()
    if source and not source.lower().startswith(("data:", "about:")) and not _shows_nothing(source):
        return source
    for name in _LAZY:
        late = attributes.get(name, "").strip()
        if late and not late.lower().startswith("data:") and not _shows_nothing(late):
            return late
    for name in ("srcset", "data-srcset", "data-lazy-srcset"):
        if (widest := _widest_in_set(attributes.get(name, ""))) is not None:
            return widest
    return None


def _widest_in_set(text: str) -> str | None:
    """Return the largest of a `srcset`. Source: https://html.spec.whatwg.org/#parsing-a-srcset-attribute"""
    best: tuple[float, str] | None = None
    for one in re.split(r",\s+|,(?=https?:)", text[:10_000]):
        words = one.split()
        if not words or words[0].lower().startswith("data:"):
            continue
        size = 1.0
        if len(words) > 1:
            found = _WIDTH_IN_SET.fullmatch(words[1]) or _DENSITY_IN_SET.fullmatch(words[1])
            size = float(found[1]) if found is not None else 1.0
        if best is None or size > best[0]:
            best = (size, words[0].rstrip(","))
    return best[1] if best is not None else None
