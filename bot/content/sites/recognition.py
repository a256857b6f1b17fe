"""
Recognising a site: which generator builds it, where its folder is, and under which address it lies.

A generator is known by its own files, in the content folder or up to two folders above it, or by `newsbot.yaml`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.content.sites import newsbot_yaml
from bot.content.sites.generators import astro, eleventy, hexo, hugo, hugo_configuration, jekyll, pelican
from bot.content.sites.generators.plain import PlainRules
from bot.content.sites.pages.config_files import fields_of, text_of
from bot.content.sites.pages.page_file import Wanted
from bot.content.sites.pages.rules import SiteRules
from bot.content.sites.site import SAFE, Site, hash_of
from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules

_ABOVE = 2  # folders above the content folder in which a generator is recognised by itself
_FAR_ABOVE = 6  # where one is looked for that `newsbot.yaml` names
_LAST_FOLDERS: Mapping[str, tuple[str, ...]] = {
    "hugo": ("content",),
    "pelican": ("content",),
    "hexo": ("source",),
    "astro": ("src",),
    "jekyll": ("_posts",),
}
_VERSION = "1"  # of our reading: another one reads all files again


def load(
    content: Path, *, address: str | None, zone: ZoneInfo, now: datetime, allow: FetchRules = PUBLIC_ONLY
) -> Site | None:
    """Return the site whose pages are in a folder; None when it holds files of ours.

    `address` is the operator's `NEWSBOT_SITE`. `zone` is used for times that depend on the machine that builds.
    Raises: ContentError, when `newsbot.yaml` cannot be followed.
    """
    content = content.resolve()
    said = text_of(content / newsbot_yaml.NAME) if (content / newsbot_yaml.NAME).is_file() else None
    wanted = Wanted() if said is None else newsbot_yaml.read(said, allow)
    place = _place(content, wanted)
    if place is None:
        return None
    root, generator, config = place
    below = content.relative_to(root).as_posix()
    below = "" if below == "." else below
    rules = _rules(generator, root, below)
    if said is not None:
        config = newsbot_yaml.NAME
    site = wanted.site or address
    whole = None
    if site is not None:
        whole = site.rstrip("/")
        if not urlsplit(whole).path.strip("/"):
            whole += quote(rules.prefix, safe=SAFE)
    return Site(
        root=root,
        content=content,
        rules=rules,
        wanted=wanted,
        address=whole,
        config=config,
        now=now,
        zone=zone,
        key=hash_of(_VERSION, generator, said or "", whole or "", str(zone), below, *_configuration(root, generator)),
        below=below,
    )


def _place(content: Path, wanted: Wanted) -> tuple[Path, str, str] | None:
    """Return the site's folder, its generator, and the file that it is known by; None when files are ours."""
    named = wanted.generator
    if named is None and (found := _found(content, _ABOVE, tuple(_GENERATORS))) is not None:
        return found
    if named in (None, "none"):
        return (content, "none", newsbot_yaml.NAME) if wanted.fields or wanted.permalink else None
    found = _found(content, _FAR_ABOVE, (named,))
    return (_guessed(content, named) if found is None else found[0]), named, newsbot_yaml.NAME


def _found(content: Path, above: int, generators: Iterable[str]) -> tuple[Path, str, str] | None:
    """Return the nearest folder that a generator's own files are in, which one, and the file's name for complaints."""
    folder = content
    before = ""
    for _ in range(above + 1):
        for generator in generators:
            name = _GENERATORS[generator](folder)
            if name is not None:
                return folder, generator, before + name
        if folder.parent == folder:
            break
        folder = folder.parent
        before += "../"
    return None


def _guessed(content: Path, generator: str) -> Path:
    """Return the site's folder where only `newsbot.yaml` names the generator: by how its folders are called."""
    last = _LAST_FOLDERS.get(generator, ())
    if any((content / name).is_dir() for name in last):
        return content
    named = next((folder.parent for folder in (content, *content.parents[:3]) if folder.name in last), None)
    return named or (content.parent if generator in ("hugo", "pelican", "astro") else content)


def _first(folder: Path, names: Iterable[str]) -> str | None:
    return next((name for name in names if (folder / name).is_file()), None)


def _of_hugo(folder: Path) -> str | None:
    name = _first(folder, hugo_configuration.CONFIGURATIONS)
    if name is not None:
        return name
    name = _first(folder, hugo_configuration.OLDER_CONFIGURATIONS)
    if name is not None and hugo_configuration.is_hugo(fields_of(folder / name)):
        return name
    default = folder / "config" / "_default"
    if default.is_dir():
        name = _first(default, (*hugo_configuration.CONFIGURATIONS, *hugo_configuration.OLDER_CONFIGURATIONS))
        return None if name is None else f"config/_default/{name}"
    return None


def _of_hexo(folder: Path) -> str | None:
    name = _first(folder, hexo.CONFIGURATIONS)
    return name if name is not None and hexo.is_hexo(folder) else None


_GENERATORS: Mapping[str, Callable[[Path], str | None]] = {
    "hugo": _of_hugo,
    "eleventy": lambda folder: _first(folder, eleventy.CONFIGURATIONS),
    "astro": lambda folder: _first(folder, astro.CONFIGURATIONS),
    "hexo": _of_hexo,
    "jekyll": lambda folder: _first(folder, jekyll.CONFIGURATIONS),
    "pelican": lambda folder: _first(folder, pelican.CONFIGURATIONS),
}


def _rules(generator: str, root: Path, below: str) -> SiteRules:
    match generator:
        case "hugo":
            return hugo.rules(root, below)
        case "jekyll":
            return jekyll.rules(root)
        case "eleventy":
            return eleventy.rules(root)
        case "astro":
            return astro.rules(root, below)
        case "hexo":
            return hexo.rules(root)
        case "pelican":
            return pelican.rules(root, below)
        case _:
            return PlainRules()


def _configuration(root: Path, generator: str) -> list[str]:
    """Return the text of all that configures a site."""
    match generator:
        case "hugo":
            return [json.dumps(hugo_configuration.configuration(root), sort_keys=True, default=str)]
        case "jekyll":
            names: Iterable[str] = jekyll.CONFIGURATIONS
        case "eleventy":
            names = eleventy.CONFIGURATIONS
        case "astro":
            names = (*astro.CONFIGURATIONS, *astro.COLLECTIONS)
        case "hexo":
            names = hexo.CONFIGURATIONS
        case "pelican":
            names = (*pelican.CONFIGURATIONS, "publishconf.py")
        case _:
            names = ()
    return [text_of(root / name) for name in names]
