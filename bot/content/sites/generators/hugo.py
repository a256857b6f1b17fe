"""
Hugo's rules, as versions 0.111 to 0.168 have them.

Source: https://gohugo.io/content-management/front-matter/, https://gohugo.io/content-management/urls/,
        https://gohugo.io/configuration/front-matter/, https://gohugo.io/configuration/permalinks/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.content.formats.document import Fault
from bot.content.sites.generators.hugo_cascade import cascades, is_meant
from bot.content.sites.generators.hugo_configuration import (
    Language,
    configuration,
    folder_of,
    languages,
    zone,
)
from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, expanded, hugo_segment
from bot.content.sites.pages.config_files import Fields, at, lowered, text_of, texts
from bot.content.sites.pages.dates import Form, Written, written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_paragraph, text_before
from bot.content.sites.pages.rules import NotAPage, Page, Source, Wrong, is_truthy

_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".html", ".htm", ".org", ".adoc", ".asciidoc", ".rst", ".pdc"})
_MORE = re.compile(r"<!--\s*more\s*-->|^# more$", re.MULTILINE)
_DATES = {
    "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
    "publishdate": ("publishdate", "pubdate", "published", "date"),
    "expirydate": ("expirydate", "unpublishdate"),
}
_SYNONYMS = {
    "publishdate": ("publishdate", "pubdate", "published"),
    "lastmod": ("lastmod", "modified"),
    "expirydate": ("expirydate", "unpublishdate"),
}
_BUNDLE = "bundle"  # instead of a list's text
_ABOUT = frozenset({"tags", "categories", "topics", "subjects", "keywords", "sections"})
_FILE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{2})-(\d{2})-(\d{2}))?[-_](.+)|(\d{4}-\d{2}-\d{2})$")
_PICTURES = ("images", "image", "cover", "featured_image", "featuredimage", "feature_image", "featureimage")
_MORE_PICTURES = ("heroimage", "hero_image", "thumbnail", "banner", "header.image", "featured.image")


@dataclass(frozen=True, slots=True)
class HugoRules:
    """What Hugo makes of a file. `_lists` remembers what the lists above pages pass on to them."""

    root: Path
    config: Fields
    prefix: str
    title: str | None
    statics: Sequence[str]
    languages: Mapping[str, Language]
    zone: tzinfo
    generator: str = "hugo"
    suffixes: frozenset[str] = _SUFFIXES
    _lists: dict[str, tuple[str, tuple[Fields, ...]]] = field(default_factory=dict)

    def skips(self, folder: str) -> bool:
        return not any(
            _is_within(folder, one.content) or _is_within(one.content, folder) for one in self.languages.values()
        )

    def is_page(self, path: str) -> bool:
        language, inside = self._place(path)
        if language is None:
            return False
        name = inside.rpartition("/")[2]
        stem = self._without_language(name.rpartition(".")[0])[0]
        if name.startswith(".") or name.endswith("~") or stem == "_index":
            return False
        if stem == "index":
            return "/" in inside
        return self._above(path.rpartition("/")[0])[0] != _BUNDLE or "/" not in inside

    def front(self, text: str) -> Front | None:
        return fences.hugo(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        given = lowered(own)
        params = given.get("params")
        for name, value in params.items() if isinstance(params, dict) else ():
            given.setdefault(name, value)
        passed = self._passed_on(path)
        for values in passed:
            for name, value in values.items():
                given.setdefault(name, value)
        return given

    def around(self, path: str) -> str:
        return self._above(path.rpartition("/")[0])[0]

    def page(self, source: Source) -> Page:
        fields = source.fields
        page = Page(
            title=_text(source.title()),
            excerpt=source.take("excerpt", ("description", "summary")),
            topics=self._topics(source),
            pictures=_pictures(source),
            aliases=[self._alias(source, one) for one in texts(source.take("aliases", ("aliases",)))],
            is_public=source.is_public(self._is_rendered(fields)),
        )
        date = self._date(source)
        if date is None or date.clock.year <= 1:
            raise NotAPage
        page.date = self._moment(source, date)
        opens = self._date_of(source, "opens", self._names_of("publishdate"))
        if opens is not None:
            page.opens = self._moment(source, opens)
        closes = self._date_of(source, "closes", self._names_of("expirydate"))
        if closes is not None and not is_truthy(self.config.get("buildexpired")):
            page.closes = self._moment(source, closes)
        if page.excerpt is None:
            page.excerpt = text_before(source.front.body, _MORE, is_html=source.is_html)
        if page.excerpt is None:
            page.excerpt = first_paragraph(source.front.body, is_html=source.is_html)
        page.path = self._path(source, page, date)
        return page

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        _, inside = self._place(source.path)
        date = self._date(source)
        return self._words(source, page, inside, date.clock if date is not None else datetime.min, ":title")

    # Where a file lies ---------------------------------------------------------------------------------------------

    def _place(self, path: str) -> tuple[Language | None, str]:
        """Return a file's language, and its path below the content of that language."""
        inside = None
        language: Language | None = None
        for one in self.languages.values():
            if _is_within(path, one.content) and (language is None or len(one.content) > len(language.content)):
                language, inside = one, path[len(one.content) :].lstrip("/") if one.content else path
        if language is None or inside is None:
            return None, path
        own = self._without_language(inside.rpartition("/")[2].rpartition(".")[0])[1]
        return (self.languages[own] if own is not None else language), inside

    def _without_language(self, stem: str) -> tuple[str, str | None]:
        """Return a file's name without a language's code at its end, and that code: `post.de`."""
        rest, _, code = stem.rpartition(".")
        if rest and code.lower() in self.languages:
            return rest, code.lower()
        return stem, None

    def _above(self, folder: str) -> tuple[str, tuple[Fields, ...]]:
        """Return what lists in a folder and those above it pass on, the nearest first, with what that is made of.

        The text is `bundle` where the folder is that of an `index.md` or lies in one, whose parts its files are.
        """
        known = self._lists.get(folder)
        if known is not None:
            return known
        text, values = self._read_list(folder)
        if folder and folder not in self._contents:
            before, passed = self._above(folder.rpartition("/")[0])
            text = _BUNDLE if _BUNDLE in (before, text) else before + text
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
        if any(name.startswith("index.") and "." + name.rpartition(".")[2] in self.suffixes for name in names):
            return _BUNDLE, ()
        for name in sorted(names):
            if name.startswith("_index.") and name.endswith((".md", ".markdown", ".html")):
                text = text_of(place / name)
                if "cascade" not in text.lower():
                    continue
                try:
                    front = self.front(text)
                    values = lowered(fences.read(front).values) if front is not None else {}
                except Fault:
                    continue
                return text, cascades(values.get("cascade"))
        return "", ()

    def _passed_on(self, path: str) -> list[Fields]:
        """Return what lists above a page and the configuration pass on to it, the nearest first."""
        all_of_them = (*self._above(path.rpartition("/")[0])[1], *cascades(self.config.get("cascade")))
        if not all_of_them:
            return []
        language, inside = self._place(path)
        found = [one for one in all_of_them if is_meant(one, inside, language)]
        return [{name: value for name, value in one.items() if name not in ("_target", "target")} for one in found]

    # What a page says ----------------------------------------------------------------------------------------------

    def _is_rendered(self, fields: Mapping[str, Any]) -> bool:
        build = fields.get("build") if isinstance(fields.get("build"), dict) else fields.get("_build")
        render = build.get("render") if isinstance(build, dict) else None
        return not (
            is_truthy(fields.get("headless"))
            or (render is not None and str(render).lower() in ("never", "false", "link"))
        )

    def _names_of(self, kind: str) -> tuple[str, ...]:
        """Return the fields that a date may stand in, as the configuration has it."""
        configured = at(self.config, f"frontmatter.{kind}")
        if configured is None:
            return _SYNONYMS.get(kind, _DATES.get(kind, ()))
        names: list[str] = []
        for name in (one.lower() for one in texts(configured)):
            defaults = _DATES.get(kind, ()) if name == ":default" else _SYNONYMS.get(name, (name,))
            names += [one for one in defaults if one not in names]
        return tuple(names)

    def _date(self, source: Source) -> Written | None:
        names = self._names_of("date") if at(self.config, "frontmatter.date") is not None else _DATES["date"]
        for place, name in enumerate(names):
            if name == ":filename":
                if (found := _of_file_name(_logical(source))) is not None:
                    return found
            elif not name.startswith(":"):
                found = self._date_of(source, "publishedDateTime", (name,), is_last=place == len(names) - 1)
                if found is not None:
                    return found
        if source.wanted.fields.get("publishedDateTime"):
            return self._date_of(source, "publishedDateTime", ())
        return None

    def _date_of(self, source: Source, ours: str, names: Sequence[str], *, is_last: bool = True) -> Written | None:
        for name in (*source.wanted.fields.get(ours, ()), *names):
            value = source.field(name)
            if value is None or value == "" or isinstance(value, bool):
                continue  # `published: true` is a date for Hugo, and none
            source.names[ours] = name
            found = written(value)
            if found is None or _is_refused(found, value):
                source.take(ours, (name,))
                raise Wrong(name, f"{_quoted(value)} is not a date for Hugo; write 2026-02-28T14:00:00+01:00")
            return found
        return None

    def _moment(self, source: Source, date: Written) -> datetime:
        try:
            return date.in_utc(self.zone)
        except ValueError as error:
            raise Wrong(source.names.get("publishedDateTime", "date"), str(error)) from error

    def _topics(self, source: Source) -> list[str]:
        if source.wanted.fields.get("topics"):
            return texts(source.take("topics", ()))
        found: list[str] = []
        for name in self._taxonomies():
            value = source.field(name)
            if value:
                source.names.setdefault("topics", name)
                found += texts(value)
        return found

    def _taxonomies(self) -> list[str]:
        """Return the fields of terms that say what a page is about: not its author, nor a series that it belongs to."""
        given = self.config.get("taxonomies")
        named = texts(list(given.values())) if isinstance(given, dict) else ["tags", "categories"]
        return [name for name in (one.lower() for one in named) if name in _ABOUT]

    # Where a page lies on the site ---------------------------------------------------------------------------------

    def _path(self, source: Source, page: Page, date: Written) -> str:
        language, inside = self._place(source.path)
        below = language.path if language is not None else ""
        url = source.field("url")
        if isinstance(url, str) and url.strip():
            url = url.strip()
            if re.match(r"https?://", url):
                return url
            if ":" in url:
                url = expanded(url, self._words(source, page, inside, date.clock, url))[0]
            return url if url.startswith("/") else f"{below}/{url}"
        section = inside.partition("/")[0] if "/" in inside else ""
        pattern = self._permalink(section)
        if pattern is not None:
            words = self._words(source, page, inside, date.clock, pattern)
            path, unknown = expanded(_go_layout(pattern, date.clock), words)
            if unknown:
                page.unknown = f"permalinks: {unknown[0]} is not read here"
            path = self._cased("/" + path.lstrip("/"))
            is_file = re.search(r"\.html?$", path) is not None
            if not is_file and self._is_ugly(section):
                return below + path.rstrip("/") + ".html"
            return below + path
        folder = inside.rpartition("/")[0]
        slug = source.take("slug", ("slug",))
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

    def _words(self, source: Source, page: Page, inside: str, clock: datetime, pattern: str) -> Words:
        folder = inside.rpartition("/")[0]
        stem = self._stem(inside)
        bundle = stem == "index"
        base = self._file_stem(folder.rpartition("/")[2] if bundle else stem)
        sections = folder.rpartition("/")[0] if bundle else folder
        slug = source.take("slug", ("slug",))
        own = self._worded(str(slug)) if slug is not None else None
        # The title is needed less often than it costs to make it safe.
        title = self._worded(_text(page.title) or "") if own is None or ":title" in pattern else ""
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
        return self._without_language(inside.rpartition("/")[2].rpartition(".")[0])[0]

    def _file_stem(self, stem: str) -> str:
        """Return a file's name without its date, where the configuration takes the date from there."""
        if ":filename" not in (one.lower() for one in texts(at(self.config, "frontmatter.date"))):
            return stem
        found = _FILE_DATE.match(stem)
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

    def _alias(self, source: Source, alias: str) -> str:
        """Return an alias as a path from the site's root; one without a leading slash lies beside the page."""
        if alias.startswith("/") or "://" in alias:
            return alias
        _, inside = self._place(source.path)
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


def rules(root: Path, content: str = "") -> HugoRules:
    """Return the rules of the site in a folder; without a configuration its pages lie in `content`."""
    config = configuration(root) or ({"contentdir": content} if content else {})
    found = languages(config)
    base = config.get("baseurl")
    statics = [folder for one in texts(config.get("staticdir") or "static") if (folder := folder_of(one))]
    return HugoRules(
        root=root,
        config=config,
        prefix=urlsplit(base).path.rstrip("/") if isinstance(base, str) else "",
        title=config.get("title") if isinstance(config.get("title"), str) else None,
        statics=[*statics, "assets"],
        languages=found,
        zone=zone(config),
    )


# Small questions ------------------------------------------------------------------------------------------------------


def _is_within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _is_refused(date: Written, value: object) -> bool:
    """Return whether Hugo takes a text for no date: a clock without seconds, slashes, a name of a month in words."""
    if date.form is Form.WORDS:
        return not date.has_seconds and re.fullmatch(r"\d{1,2} [A-Za-z]{3} \d{4}", str(value).strip()) is None
    return date.form is Form.ISO and date.has_time and not date.has_seconds


def _of_file_name(name: str) -> Written | None:
    found = _FILE_DATE.match(name)
    if found is None:
        return None
    day = found[1] or found[6]
    clock = f"T{found[2]}:{found[3]}:{found[4]}" if found[2] else ""
    return written(day + clock)


def _logical(source: Source) -> str:
    """Return a file's name, or that of its folder for an `index.md`."""
    name = source.name
    return source.folder.rpartition("/")[2] if name.partition(".")[0] == "index" else name


def _go_layout(pattern: str, clock: datetime) -> str:
    """Replace the words that are layouts of Go, as `:2006-01`."""
    if not re.search(r":\d", pattern):
        return pattern
    layout = {"2006": "%Y", "01": "%m", "02": "%d", "15": "%H", "04": "%M", "05": "%S", "Jan": "%b", "06": "%y"}

    def part(found: re.Match[str]) -> str:
        return re.sub("2006|01|02|15|04|05|06|Jan", lambda one: clock.strftime(layout[one[0]]), found[1])

    return re.sub(r":(\d[\w-]*)", part, pattern)


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, list | dict) else str(value)


def _pictures(source: Source) -> list[Any]:
    value = source.take("image", (*_PICTURES, *_MORE_PICTURES))
    return value if isinstance(value, list) else [] if value is None else [value]


def _quoted(value: object) -> str:
    from bot.content.plain_text import quoted

    return quoted(value)
