"""
Where Hugo's files lie: in which language, in which bundle, and below which lists that pass fields on to them.

Source: https://gohugo.io/content-management/multilingual/, https://gohugo.io/content-management/page-bundles/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.formats.document import Fault
from bot.content.sites.generators.hugo_cascade import cascades, is_meant
from bot.content.sites.generators.hugo_configuration import Language
from bot.content.sites.pages import fences
from bot.content.sites.pages.config_files import Fields, lowered, text_of
from bot.content.sites.pages.page_file import is_within

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".html", ".htm", ".org", ".adoc", ".asciidoc", ".rst", ".pdc"})
BUNDLE = "bundle"  # instead of a list's text


@dataclass(frozen=True, slots=True)
class HugoContent:
    """The folders of a site's pages. `_lists` remembers what the lists above pages pass on to them."""

    root: Path
    config: Fields
    languages: Mapping[str, Language]
    _lists: dict[str, tuple[str, tuple[Fields, ...]]] = field(default_factory=dict)

    def holds(self, folder: str) -> bool:
        """Return whether pages may lie in a folder or below it."""
        return any(is_within(folder, one.content) or is_within(one.content, folder) for one in self.languages.values())

    def place(self, path: str) -> tuple[Language | None, str]:
        """Return a file's language, and its path below the content of that language."""
        inside = None
        language: Language | None = None
        for one in self.languages.values():
            if is_within(path, one.content) and (language is None or len(one.content) > len(language.content)):
                language, inside = one, path[len(one.content) :].lstrip("/") if one.content else path
        if language is None or inside is None:
            return None, path
        own = self.without_language(inside.rpartition("/")[2].rpartition(".")[0])[1]
        return (self.languages[own] if own is not None else language), inside

    def without_language(self, stem: str) -> tuple[str, str | None]:
        """Return a file's name without a language's code at its end, and that code: `post.de`."""
        rest, _, code = stem.rpartition(".")
        if rest and code.lower() in self.languages:
            return rest, code.lower()
        return stem, None

    def above(self, folder: str) -> tuple[str, tuple[Fields, ...]]:
        """Return what lists in a folder and those above it pass on, the nearest first, with what that is made of.

        The text is `bundle` where the folder is that of an `index.md` or lies in one, whose parts its files are.
        """
        known = self._lists.get(folder)
        if known is not None:
            return known
        text, values = self._read_list(folder)
        if folder and folder not in self._contents:
            before, passed = self.above(folder.rpartition("/")[0])
            text = BUNDLE if BUNDLE in (before, text) else before + text
            values = (*values, *passed)
        known = self._lists[folder] = text, values
        return known

    @property
    def _contents(self) -> set[str]:
        return {one.content for one in self.languages.values()}

    def _read_list(self, folder: str) -> tuple[str, tuple[Fields, ...]]:
        place = self.root / folder
        try:
            names = {entry.name for entry in place.iterdir() if entry.name.startswith(("index.", "_index."))}
        except OSError:
            names = set()
        if any(name.startswith("index.") and "." + name.rpartition(".")[2] in SUFFIXES for name in names):
            return BUNDLE, ()
        for name in sorted(names):
            if name.startswith("_index.") and name.endswith((".md", ".markdown", ".html")):
                text = text_of(place / name)
                if "cascade" not in text.lower():
                    continue
                try:
                    front = fences.hugo(text)
                    values = lowered(fences.read(front).values) if front is not None else {}
                except Fault:
                    continue
                return text, cascades(values.get("cascade"))
        return "", ()

    def passed_on(self, path: str) -> list[Fields]:
        """Return what lists above a page and the configuration pass on to it, the nearest first."""
        all_of_them = (*self.above(path.rpartition("/")[0])[1], *cascades(self.config.get("cascade")))
        if not all_of_them:
            return []
        language, inside = self.place(path)
        found = [one for one in all_of_them if is_meant(one, inside, language)]
        return [{name: value for name, value in one.items() if name not in ("_target", "target")} for one in found]
