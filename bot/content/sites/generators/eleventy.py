"""
Eleventy's rules, as version 3.1 has them.

What its configuration computes is not run; only the folders that it names are found in its text. So a permalink that a
program makes is not known, and `newsbot.yaml` has to say it.
Source: https://www.11ty.dev/docs/permalinks/, https://www.11ty.dev/docs/dates/, https://www.11ty.dev/docs/data-cascade/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, prefix_of, slugified
from bot.content.sites.pages.config_files import Fields, fields_of, first_match, merged, text_of, texts
from bot.content.sites.pages.dates import Form, Written, written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile, Wrong, is_within
from bot.content.sites.pages.rules import NotAPage, SitePage

CONFIGURATIONS = tuple(
    f"{name}.{suffix}" for name in ("eleventy.config", ".eleventy") for suffix in ("js", "cjs", "mjs", "ts")
)
_SUFFIXES = frozenset({".md", ".markdown", ".html", ".njk", ".liquid", ".webc"})
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")
_NO_DATES = ("last modified", "created", "git last modified", "git created")
_PICTURES = ("image", "images", "cover", "coverImage", "hero", "heroImage", "featured_image", "thumbnail", "ogImage")
_MORE = re.compile(r"<!--\s*(?:more|excerpt)\s*-->|^---[ \t]*$", re.MULTILINE)
_COLLECTIONS = frozenset({"all", "nav", "post", "posts"})  # tags that make lists of pages, which no template shows
_LONGEST = 500  # characters of a permalink
# In a program beside pages: `permalink: "/x/"`, `permalink: ({page}) => `/x/${page.fileSlug}/``, and a function that
# does nothing but return such a text.
_PERMALINK = re.compile(r"\bpermalink\b")
_PLAIN_PERMALINK = re.compile(
    r"""\bpermalink["']?\s*
    (?: :\s*(?P<text>"[^"\n]*"|'[^'\n]*')
      | (?: :\s*(?:async\s+)?(?:function\b\s*\w*\s*)? )? (?: \([^()]*\) | \w+(?=\s*=>) ) \s*
        (?: (?:=>\s*)? \{\s* return\s+ (?P<returned>`[^`\n]*`|"[^"\n]*"|'[^'\n]*') \s*;?\s*\}
          | =>\s* (?P<arrow>`[^`\n]*`|"[^"\n]*"|'[^'\n]*') )
    )\s*[,}\n]""",
    re.VERBOSE,
)
_INSERTED = re.compile(r"\$\{\s*(?:data\.)?([^{}]*?)\s*\}")
# https://www.11ty.dev/docs/data-template-dir/, the weakest first
_BESIDE = (".json", ".11tydata.json", ".11tydata.mjs", ".11tydata.cjs", ".11tydata.js")
_EXPRESSION = re.compile(r"\{\{-?\s*(.+?)\s*-?\}\}")


@dataclass(frozen=True, slots=True)
class EleventyRules:
    """What Eleventy makes of a file. `_data` remembers the data files of folders."""

    root: Path
    input: str
    output: str
    others: frozenset[str]
    prefix: str
    generator: str = "eleventy"
    title: str | None = None
    suffixes: frozenset[str] = _SUFFIXES
    statics: Sequence[str] = ()
    _data: dict[str, tuple[str, Fields]] = field(default_factory=dict)

    def skips(self, folder: str) -> bool:
        if self.input and not (is_within(folder, self.input) or is_within(self.input, folder)):
            return True
        steps = folder.split("/")
        return "node_modules" in steps or steps[0] == self.output or any(is_within(folder, one) for one in self.others)

    def is_page(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return is_within(path, self.input) and not (folder and self.skips(folder))

    def front(self, text: str) -> Front | None:
        return fences.eleventy(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        data: Fields = {}
        for name in self._data_files(path):
            data = merged(data, self._data_of(name)[1])
            if (permalink := self._permalink_in(name)) is not None:
                data["permalink"] = permalink
        data.pop("tags", None)  # what all pages of a folder bear says of none what it is about
        return merged(data, own) if data else own

    def around(self, path: str) -> str:
        return "".join(self._data_of(name)[0] for name in self._data_files(path))

    def page(self, file: PageFile) -> SitePage:
        date = self._date(file)
        if date is None:
            raise NotAPage
        # https://www.11ty.dev/docs/permalinks/#skip-writing-to-the-file-system
        has_page = file.field("permalink") is not False
        page = SitePage(
            title=_typed(file),
            excerpt=file.take("excerpt", ("description", "excerpt", "summary")),
            topics=self._topics(file),
            pictures=file.pictures(_PICTURES),
            aliases=texts(file.take("aliases", ("aliases", "redirect_from", "redirectFrom"))),
            is_public=file.is_public(has_page) and has_page,
            has_page=has_page,
        )
        page.date = file.moment(date, UTC)
        if page.excerpt is None:
            page.excerpt = file.opening(_MORE)
        page.path = self._path(file, page)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        stem = self._stem(file)
        folder = stem.rpartition("/")[0]
        slug = file.take("slug", ("slug",))
        name = self._slug(file)
        steps = [step for step in folder.split("/") if step]
        return Words(
            None if page.date is None else page.date.astimezone(UTC),
            {
                "slug": str(slug) if slug is not None else name,
                "title": slugified(str(page.title or "")),
                "filename": file.name,
                "name": name,
                "path": stem.strip("/"),
                "section": steps[0] if steps else "",
                "sections": "/".join(steps),
            },
        )

    # Data beside pages ---------------------------------------------------------------------------------------------

    def _data_files(self, path: str) -> list[str]:
        """Return the files that may hold data for a page, the nearest last."""
        folder, _, name = path.rpartition("/")
        found: list[str] = []
        inside = folder[len(self.input) :].strip("/") if self.input else folder
        above = self.input
        for step in inside.split("/") if inside else ():
            above = f"{above}/{step}" if above else step
            found += [f"{above}/{step}{suffix}" for suffix in _BESIDE]
        stem = f"{folder}/{name.rpartition('.')[0]}".lstrip("/")
        return found + [f"{stem}{suffix}" for suffix in _BESIDE]

    def _data_of(self, name: str) -> tuple[str, Fields]:
        known = self._data.get(name)
        if known is None:
            place = self.root / name
            text = text_of(place) if place.is_file() else ""
            is_program = not name.endswith(".json")
            known = self._data[name] = (text, fields_of(place) if text and not is_program else {})
        return known

    def _permalink_in(self, name: str) -> str | None:
        """Return the permalink that a program beside pages sets, as a template; None when it sets none.

        One that it computes becomes an expression that nobody can read, so that it is said.
        """
        text = "" if name.endswith(".json") else self._data_of(name)[0]
        if not text or _PERMALINK.search(text) is None:
            return None
        plain = _PLAIN_PERMALINK.search(text)
        if plain is None or len(_PERMALINK.findall(text)) > 1:
            return f"{{{{ permalink of {name} }}}}"
        quoted = plain["text"] or plain["returned"] or plain["arrow"]
        return _INSERTED.sub(r"{{ \1 }}", quoted[1:-1]) if quoted[0] == "`" else quoted[1:-1]

    # What a page says ----------------------------------------------------------------------------------------------

    def _date(self, file: PageFile) -> Written | None:
        value = file.take("publishedDateTime", ("date",))
        if value is not None and str(value).strip().lower() in _NO_DATES:
            return None  # of the file, which says nothing of the story
        given = file.date("publishedDateTime", ("date",))
        if given is not None:
            is_named = bool(file.wanted.fields.get("publishedDateTime"))
            if not is_named and _is_refused(given, value):
                raise Wrong(
                    file.names["publishedDateTime"],
                    f"“{value}” is not a date for Eleventy; write 2026-02-28T14:00:00Z",
                )
            return given
        for name in (file.name, file.folder.rpartition("/")[2]):
            if (named := _DATED.match(name)) is not None:
                return written(named[1])
        return None

    def _topics(self, file: PageFile) -> list[str]:
        value = file.take("topics", ("tags", "categories", "category"))
        if isinstance(value, str) and file.names.get("topics") == "tags":
            value = [piece.strip() for piece in value.split(",")]
        return [tag for tag in texts(value) if tag not in _COLLECTIONS]

    # Where a page lies on the site ---------------------------------------------------------------------------------

    def _stem(self, file: PageFile) -> str:
        """Return the page's path below the input without its suffix, and without a date before its name."""
        path = file.path[len(self.input) :].lstrip("/") if self.input else file.path
        folder, _, name = path.rpartition("/")
        stem = name.rpartition(".")[0]
        if (named := _DATED.match(stem)) is not None:
            stem = named[2]
        return f"{folder}/{stem}" if folder else stem

    def _slug(self, file: PageFile) -> str:
        """Return `page.fileSlug`: the name, or for an `index` that of the folder, without a date before it."""
        folder, _, name = self._stem(file).rpartition("/")
        if name != "index":
            return name
        last = folder.rpartition("/")[2]
        named = _DATED.match(last)
        return named[2] if named is not None else last

    def _path(self, file: PageFile, page: SitePage) -> str | None:
        permalink = file.field("permalink")
        if isinstance(permalink, str) and permalink.strip():
            return self._computed(permalink.strip(), file, page)
        path = file.path[len(self.input) :].lstrip("/") if self.input else file.path
        folder, _, name = path.rpartition("/")
        stem = name.rpartition(".")[0]
        if stem == "index" or stem == folder.rpartition("/")[2]:
            return f"/{folder}/" if folder else "/"
        return f"/{folder}/{stem}/" if folder else f"/{stem}/"

    def _computed(self, permalink: str, file: PageFile, page: SitePage) -> str | None:
        unknown: list[str] = []

        def value(found: re.Match[str]) -> str:
            said = self._value(found[1], file, page)
            if said is None:
                unknown.append(found[1])
            return said or ""

        if len(permalink) > _LONGEST:
            page.unknown = "permalink: one is longer than a permalink can be"
            return None
        path = _EXPRESSION.sub(value, permalink)
        if unknown or "{%" in path:
            page.unknown = f"permalink: “{(unknown or [permalink])[0][:60]}” is computed by Eleventy"
            return None
        path = "/" + path.lstrip("/")
        return path.removesuffix("index.html") if path.endswith("/index.html") else path

    def _value(self, expression: str, file: PageFile, page: SitePage) -> str | None:
        """Return what an expression of a permalink stands for; None when only Eleventy knows."""
        name, *filters = (piece.strip() for piece in expression.split("|"))
        assert page.date is not None
        if name == "page.fileSlug":
            value = self._slug(file)
        elif name == "page.filePathStem":
            value = "/" + self._stem(file)
        elif name == "page.date" and filters:
            return None
        elif re.fullmatch(r"[A-Za-z_][\w.]*", name) and isinstance(file.field(name), str | int):
            value = str(file.field(name))
        else:
            return None
        for one in filters:
            if one not in ("slugify", "slug", "lower", "downcase"):
                return None
            value = value.lower() if one in ("lower", "downcase") else slugified(value)
        return value


def rules(root: Path) -> EleventyRules:
    """Return the rules of the site in a folder, as far as its configuration's text shows them."""
    program = "\n".join(text_of(root / name) for name in CONFIGURATIONS)
    where = r"""["'`]([^"'`\n]*)["'`]"""
    input = first_match((rf"\binput\s*:\s*{where}", rf"setInputDirectory\(\s*{where}"), program)
    output = first_match((rf"\boutput\s*:\s*{where}", rf"setOutputDirectory\(\s*{where}"), program) or "_site"
    includes = first_match((rf"\bincludes\s*:\s*{where}", rf"setIncludesDirectory\(\s*{where}"), program)
    layouts = first_match((rf"\blayouts\s*:\s*{where}", rf"setLayoutsDirectory\(\s*{where}"), program)
    data = first_match((rf"\bdata\s*:\s*{where}", rf"setDataDirectory\(\s*{where}"), program)
    prefix = first_match((rf"\bpathPrefix\s*:\s*{where}",), program) or ""
    home = _folder(input)
    others = {_joined(home, one) for one in (includes or "_includes", layouts or "", data or "_data") if one}
    return EleventyRules(
        root=root,
        input=home,
        output=_folder(output),
        others=frozenset(others - {""}),
        prefix=prefix_of(prefix),
    )


def _folder(value: str | None) -> str:
    return "" if value is None or ".." in value else value.removeprefix("./").strip("/").removeprefix(".")


def _joined(home: str, folder: str) -> str:
    steps = home.split("/") if home else []
    for step in folder.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _is_refused(date: Written, value: object) -> bool:
    """Return whether a text is no ISO date: it has words, or a blank and neither seconds nor an offset with a colon."""
    if date.form is not Form.ISO:
        return date.form is Form.WORDS
    is_blank = date.has_time and "T" not in str(value).upper()
    return is_blank and (date.has_short_offset or not date.has_seconds)


def _typed(file: PageFile) -> Any:
    """Return the title; one of digits alone is a number for YAML 1.2, whose zeros in front are lost."""
    title = file.title()
    if isinstance(title, str) and re.fullmatch(r"0\d{1,15}", title) and not file.is_quoted(file.names["title"]):
        return int(title)
    return title
