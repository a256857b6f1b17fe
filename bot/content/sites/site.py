"""A recognised folder of a static site: which of its files are pages, and what their links are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.content.sites.pages.addresses import expanded
from bot.content.sites.pages.page_file import PageFile, Wanted
from bot.content.sites.pages.rules import SitePage, SiteRules
from bot.errors import Complaint

SAFE = "!$&'()*+,/:;=@~%-._"


@dataclass(slots=True)
class Site:
    """A recognised folder of pages. `root` is the site's folder, `content` the content folder.

    `address` is the public one, with the path under which the site lies; None when nobody gave one. `config` is the
    file by which the generator was known, for complaints. `notes` are what is to be said once for all files, by what
    they are about. `key` changes whenever the pages mean something else.
    """

    root: Path
    content: Path
    rules: SiteRules
    wanted: Wanted
    address: str | None
    config: str
    now: datetime
    zone: ZoneInfo
    key: str
    below: str
    before: int = 0  # characters of a whole path before what is within the content folder
    notes: dict[str, Complaint] = field(default_factory=dict)
    _around: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = len(str(self.content / "x")) - 1

    def inside(self, path: Path) -> str:
        """Return where a file of the content folder lies in it, with `/`."""
        return str(path)[self.before :].replace(os.sep, "/")

    def in_site(self, path: str) -> str:
        """Return a path that is relative to the content folder as one relative to the site's."""
        return f"{self.below}/{path}" if self.below else path

    def skips(self, folder: str) -> bool:
        """Return whether a folder of the content folder holds no pages of the site."""
        return self.rules.skips(self.in_site(folder))

    def is_page(self, path: str) -> bool:
        suffix = "." + path.rpartition(".")[2].lower()
        return suffix in self.rules.suffixes and self.rules.is_page(self.in_site(path))

    def key_of(self, path: str) -> str:
        """Return what, beside a file's bytes, decides what it says."""
        around = self.rules.around(self.in_site(path))
        if not around:
            return self.key
        known = self._around.get(around)
        if known is None:
            known = self._around[around] = hash_of(self.key, around)
        return known

    def link(self, file: PageFile, page: SitePage) -> str | None:
        """Return a page's public link; None when it has none, and the page says why."""
        path = self._wanted_path(file, page)
        if path is None:
            path = page.path
        else:
            page.unknown = None
        if path is None or self.address is None or page.unknown is not None:
            return None
        return self.whole(path)

    def whole(self, path: str) -> str:
        """Return a path from the site's root as a link."""
        if "://" in path:
            return path
        assert self.address is not None
        return self.address + quote("/" + path.lstrip("/"), safe=SAFE).replace("%25", "%")

    def note(self, about: str, field_name: str, reason: str) -> None:
        """Say something once, however many pages it is about."""
        self.notes.setdefault(about, Complaint(self.config, 0, field_name, reason))

    def _wanted_path(self, file: PageFile, page: SitePage) -> str | None:
        wanted = self.wanted.permalink
        if isinstance(wanted, Mapping):
            inside = file.path[len(self.below) :].lstrip("/")
            named = [
                folder for folder in wanted if inside.startswith(folder + "/") or file.path.startswith(folder + "/")
            ]
            wanted = wanted[max(named, key=len)] if named else None
        if not isinstance(wanted, str):
            return None
        path, unknown = expanded(wanted, self.rules.tokens(file, page))
        if unknown:
            self.note("permalink", "permalink", f"{unknown[0]} stands for nothing in a site of {self.rules.generator}")
            return None
        return path


def hash_of(*parts: Any) -> str:
    """Return a short hash of texts."""
    return hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "replace"), digest_size=6).hexdigest()
