"""
Which of our languages a client means: `no` is `nb`, `iw` is `he`, `zh-tw` is written as `zh-Hant` is.

Clients send what their system calls a language, old codes and regions included; CLDR knows what stands for what.
Source: https://www.unicode.org/reports/tr35/#LanguageMatching, https://www.unicode.org/reports/tr35/#Likely_Subtags
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from babel.core import get_global

# Norwegian as a whole is what CLDR has no data of its own for: https://www.unicode.org/reports/tr35/#Field_Definitions
_BY_MACROLANGUAGE = {"no": "nb"}


class _Tag(NamedTuple):
    language: str
    script: str
    region: str


def best_match(wish: str | None, known: Collection[str]) -> str | None:
    """Return the tag among `known` that suits an IETF tag; None when none of them is that language.

    The region decides where there are several (`pt` is Brazil's, as long as nothing else is said), the script before
    it; another script of one's own language is better than another language.
    """
    if wish in known:
        return wish  # CLDR need not be asked; what it knows of all languages takes 3 MiB for good
    wanted = _full(wish or "")
    if wanted is None:
        return None
    found: list[tuple[tuple[bool, bool, bool], str]] = []
    for tag in known:
        ours = _full(tag)
        if ours is not None and ours.language == wanted.language:
            usual = _full(wanted.language)
            found.append(
                (
                    (
                        ours.script != wanted.script,
                        ours.region != wanted.region,
                        usual is not None and ours.region != usual.region,
                    ),
                    tag,
                )
            )
    return min(found)[1] if found else None


def _full(tag: str) -> _Tag | None:
    """Return a tag with the script and region that go without saying; None when it is none."""
    parts = [part for part in tag.replace("_", "-").split("-") if part]
    if not parts or not (parts[0].isascii() and parts[0].isalpha()):
        return None
    language = parts[0].lower()
    language = _BY_MACROLANGUAGE.get(language) or get_global("language_aliases").get(language, language)
    script = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in parts[1:] if len(part) == 2 or (len(part) == 3 and part.isdigit())), "")
    likely = get_global("likely_subtags")
    for said in ([language, script, region], [language, region], [language, script], [language]):
        if all(said) and (found := likely.get("_".join(said))):
            _, likely_script, likely_region = found.split("_")[:3]
            return _Tag(language, script or likely_script, region or likely_region)
    return _Tag(language, script, region)
