"""
Hugo's configuration: in which files it stands, and what of it decides where pages lie and what they say.

Source: https://gohugo.io/configuration/introduction/, https://gohugo.io/content-management/multilingual/,
        https://gohugo.io/configuration/module/#mounts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.sites.pages.config_files import Fields, at, fields_of, lowered, merged, texts
from bot.content.sites.pages.page_file import is_truthy

CONFIGURATIONS = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")
OLDER_CONFIGURATIONS = ("config.toml", "config.yaml", "config.yml", "config.json")
_HUGO_KEYS = frozenset(
    [
        "baseurl",
        "languagecode",
        "defaultcontentlanguage",
        "theme",
        "params",
        "menu",
        "menus",
        "permalinks",
        "taxonomies",
        "markup",
        "publishdir",
        "contentdir",
        "paginate",
        "pagination",
        "enablerobotstxt",
        "enablegitinfo",
        "outputs",
        "module",
        "builddrafts",
        "buildfuture",
        "uglyurls",
        "disablekinds",
        "pluralizelisttitles",
        "canonifyurls",
    ]
)


@dataclass(frozen=True, slots=True)
class Language:
    """One of the site's languages: under which path its pages lie, and where their files do."""

    code: str
    path: str
    content: str


def is_hugo(fields: Mapping[str, Any]) -> bool:
    """Return whether a `config.toml` or the like is Hugo's."""
    return bool({str(name).lower() for name in fields} & _HUGO_KEYS)


def configuration(root: Path) -> Fields:
    """Return the configuration: of one file, or of `config/_default` and `config/production`, names in lower case."""
    found: Fields = {}
    for name in (*OLDER_CONFIGURATIONS, *reversed(CONFIGURATIONS)):
        found = merged(found, lowered(fields_of(root / name)))
    for folder in ("_default", "production"):
        place = root / "config" / folder
        try:
            names = sorted(
                entry.name for entry in place.iterdir() if entry.suffix in (".toml", ".yaml", ".yml", ".json")
            )
        except OSError:
            continue
        for name in names:
            fields = lowered(fields_of(place / name))
            stem = name.rpartition(".")[0].lower()
            if stem not in ("hugo", "config"):
                key, _, language = stem.partition(".")
                if language:
                    fields = fields if key == "languages" else {key: fields}
                    fields = {"languages": {language: fields}}
                else:
                    fields = {key: fields}
            found = merged(found, fields)
    return found


def languages(config: Fields) -> dict[str, Language]:
    """Return the site's languages by their codes: at least the default one."""
    mounted = _mounted(config)
    content = mounted.get("") or folder_of(config.get("contentdir")) or "content"
    default = str(config.get("defaultcontentlanguage") or "en").lower()
    in_subfolder = is_truthy(config.get("defaultcontentlanguageinsubdir"))
    found: dict[str, Language] = {}
    given = config.get("languages")
    for code, one in given.items() if isinstance(given, dict) else ():
        if not isinstance(one, dict) or is_truthy(one.get("disabled")):
            continue
        code = str(code).lower()
        path = "" if code == default and not in_subfolder else f"/{code}"
        if isinstance(one.get("baseurl"), str):
            path = ""
        found[code] = Language(code, path, mounted.get(code) or folder_of(one.get("contentdir")) or content)
    found.setdefault(default, Language(default, "", mounted.get(default) or content))
    return found


def _mounted(config: Fields) -> dict[str, str]:
    """Return the folders that are mounted as content, by language; by nothing where none is named."""
    found: dict[str, str] = {}
    mounts = at(config, "module.mounts")
    for one in mounts if isinstance(mounts, list) else ():
        mount = lowered(one) if isinstance(one, dict) else {}
        folder = folder_of(mount.get("source"))
        if mount.get("target") == "content" and folder:
            for code in texts(mount.get("lang") or at(mount, "sites.matrix.languages")) or [""]:
                found.setdefault(code.lower(), folder)
    return found


def folder_of(value: object) -> str | None:
    """Return a folder within the site's; None when it is none."""
    return value.strip().strip("/") if isinstance(value, str) and ".." not in value else None
