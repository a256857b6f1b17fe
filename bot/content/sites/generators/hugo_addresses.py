"""
Where Hugo puts pages on the site: by `url`, a permalink of the configuration, or folder and name.

Source: https://gohugo.io/content-management/urls/, https://gohugo.io/configuration/permalinks/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from bot.content.sites.generators.hugo_content import HugoContent
from bot.content.sites.pages.addresses import Words, expanded, hugo_segment
from bot.content.sites.pages.config_files import Fields, at, texts
from bot.content.sites.pages.dates import Written
from bot.content.sites.pages.page_file import PageFile, is_truthy
from bot.content.sites.pages.rules import SitePage

FILE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{2})-(\d{2})-(\d{2}))?[-_](.+)|(\d{4}-\d{2}-\d{2})$")
"""A file's name that begins with a date, and perhaps a clock."""


@dataclass(frozen=True, slots=True)
class HugoAddresses:
    """The addresses of a site's pages, below the site's own."""

    config: Fields
    content: HugoContent

    def path(self, file: PageFile, page: SitePage, date: Written) -> str:
        language, inside = self.content.place(file.path)
        below = language.path if language is not None else ""
        url = file.field("url")
        if isinstance(url, str) and url.strip():
            url = url.strip()
            if re.match(r"https?://", url):
                return url
            if ":" in url:
                url = expanded(url, self.tokens(file, page, inside, date.clock, url))[0]
            return url if url.startswith("/") else f"{below}/{url}"
        section = inside.partition("/")[0] if "/" in inside else ""
        pattern = self._permalink(section)
        if pattern is not None:
            words = self.tokens(file, page, inside, date.clock, pattern)
            path, unknown = expanded(_go_layout(pattern, date.clock), words)
            if unknown:
                page.unknown = f"permalinks: {unknown[0]} is not read here"
            path = self._cased("/" + path.lstrip("/"))
            is_file = re.search(r"\.html?$", path) is not None
            if not is_file and self._is_ugly(section):
                return below + path.rstrip("/") + ".html"
            return below + path
        folder = inside.rpartition("/")[0]
        slug = file.take("slug", ("slug",))
        stem = self._stem(inside)
        if stem == "index":
            folder, _, stem = folder.rpartition("/")
        last = self._made_safe(str(slug)) if slug is not None else self._step(self._file_stem(stem))
        steps = [self._step(step) for step in folder.split("/") if step]
        path = "/".join(["", *steps, last])
        return below + path + (".html" if self._is_ugly(section) else "/")

    def _permalink(self, section: str) -> str | None:
        permalinks = self.config.get("permalinks")
        if not isinstance(permalinks, dict):
            return None
        pages = permalinks.get("page")
        for known in (pages if isinstance(pages, dict) else {}, permalinks):
            for name, pattern in known.items():
                if str(name).strip("/") == section.lower() and isinstance(pattern, str):
                    return pattern
        return None

    def _is_ugly(self, section: str) -> bool:
        ugly = self.config.get("uglyurls")
        if isinstance(ugly, dict):
            return is_truthy(ugly.get(section.lower()))
        return is_truthy(ugly)

    def tokens(self, file: PageFile, page: SitePage, inside: str, clock: datetime, pattern: str) -> Words:
        folder = inside.rpartition("/")[0]
        stem = self._stem(inside)
        bundle = stem == "index"
        base = self._file_stem(folder.rpartition("/")[2] if bundle else stem)
        sections = folder.rpartition("/")[0] if bundle else folder
        slug = file.take("slug", ("slug",))
        own = self._worded(str(slug)) if slug is not None else None
        # The title is needed less often than it costs to make it safe.
        title = self._worded(str(page.title or "")) if own is None or ":title" in pattern else ""
        name = self._step(base)
        joined = "/".join(self._made_safe(step) for step in sections.split("/"))
        first = joined.partition("/")[0]
        return Words(
            clock,
            {
                "slug": own or title or name,
                "title": title,
                "filename": name,
                "contentbasename": name,
                "name": name,
                "slugorfilename": own or name,
                "slugorcontentbasename": own or name,
                "section": first,
                "sections": joined,
                "sectionslug": first,
                "sectionslugs": joined,
                "path": "/".join(filter(None, (joined, name))),
            },
        )

    def _stem(self, inside: str) -> str:
        return self.content.without_language(inside.rpartition("/")[2].rpartition(".")[0])[0]

    def _file_stem(self, stem: str) -> str:
        """Return a file's name without its date, where the configuration takes the date from there."""
        if ":filename" not in (one.lower() for one in texts(at(self.config, "frontmatter.date"))):
            return stem
        found = FILE_DATE.match(stem)
        return found[5] if found is not None and found[5] else stem

    def _cased(self, path: str) -> str:
        return path if is_truthy(self.config.get("disablepathtolower")) else path.lower()

    def _made_safe(self, text: str) -> str:
        return self._cased(hugo_segment(text.strip(), strip_accents=is_truthy(self.config.get("removepathaccents"))))

    def _worded(self, text: str) -> str:
        """Return a text as a permalink's words have it: what is escaped in it, and a plus, is read as in a query."""
        return self._made_safe(unquote(text.replace("+", "-")) if "+" in text or "%" in text else text)

    def _step(self, step: str) -> str:
        """Return a step of a file's path: blanks become hyphens before anything is dropped."""
        if not is_truthy(self.config.get("disablepathtolower")):
            step = step.lower().replace(" ", "-")
        return hugo_segment(step, strip_accents=is_truthy(self.config.get("removepathaccents")))

    def alias(self, file: PageFile, alias: str) -> str:
        """Return an alias as a path from the site's root; one without a leading slash lies beside the page."""
        if alias.startswith("/") or "://" in alias:
            return alias
        _, inside = self.content.place(file.path)
        folder = inside.rpartition("/")[0]
        if self._stem(inside) == "index":
            folder = folder.rpartition("/")[0]
        steps = [*(self._step(step) for step in folder.split("/") if step)]
        for step in alias.split("/"):
            if step == "..":
                steps = steps[:-1]
            elif step not in ("", "."):
                steps.append(step)
        return "/" + "/".join(steps)


def _go_layout(pattern: str, clock: datetime) -> str:
    """Replace the words that are layouts of Go, as `:2006-01`."""
    if not re.search(r":\d", pattern):
        return pattern
    layout = {"2006": "%Y", "01": "%m", "02": "%d", "15": "%H", "04": "%M", "05": "%S", "Jan": "%b", "06": "%y"}

    def part(found: re.Match[str]) -> str:
        return re.sub("2006|01|02|15|04|05|06|Jan", lambda one: clock.strftime(layout[one[0]]), found[1])

    return re.sub(r":(\d[\w-]*)", part, pattern)
