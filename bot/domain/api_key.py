"""
Keys of programs that use the HTTP API: what they are called, and what they may do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_KEYS = 100
# No colon and no `=`: they end the name in the ids of the stories that a program tells.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


class KeyRole(StrEnum):
    """CONTRIBUTOR makes drafts and changes its own; EDITOR publishes as an editor does."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed. `secret` is a Ghost site's, which signs its calls; None for a key that is sent.

    `hash` is the SHA-256 of the key, or of the secret, in hexadecimal digits. `used_at` is None until it is used.
    """

    name: str
    role: KeyRole
    hash: str
    created_at: datetime
    used_at: datetime | None = None
    secret: str | None = None

    @property
    def is_ghost(self) -> bool:
        return self.secret is not None


def name_fault(name: str) -> str | None:
    """Return why a key cannot be called so, as words that follow the name; None when it can."""
    if not _NAME.fullmatch(name):
        return "is no name for a key; write 1 to 64 of A-Z, a-z, 0-9, “.”, “_” and “-”, a letter or digit first"
    return None


# Ids of the stories that programs tell --------------------------------------------------------------------------------


def item_of_external_id(key: str, external_id: str) -> str:
    """Return the id of the item that a program knows by an id of its own."""
    return f"api:{key}:{external_id}"


def item_of_link(key: str, link: str) -> str:
    """Return the id of the item that a program knows by its normalised link alone."""
    return f"api:{key}={link}"


def is_item_of(key: str, item: str) -> bool:
    """Return whether an item is one that the program with this key told."""
    return item.startswith((f"api:{key}:", f"api:{key}="))
