"""
Pictures that lie beside their article: inside the content folder, and nothing but pictures.
"""

from __future__ import annotations

import stat
from pathlib import Path

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})


def local_picture(name: str, article: Path, root: Path) -> str:
    """Return the picture's path relative to `root`, with `/`; `name` is relative to the article's folder.

    Raises: ValueError, with words that follow the name, when it is no picture or outside of `root` once links are
            followed. FileNotFoundError, with `filename` relative to `root`, when it is not there (yet).
    """
    if "\x00" in name or len(name) > 1000:
        raise ValueError("is not a file name")
    home = root.resolve()
    try:
        place = (article.parent / name).resolve()
        inside = place.relative_to(home).as_posix()
    except ValueError as error:
        raise ValueError("lies outside the content folder") from error
    except (OSError, RuntimeError) as error:
        raise ValueError("leads nowhere") from error
    if place.suffix.lower() not in PICTURE_SUFFIXES:
        raise ValueError("is not a picture; jpg, png, webp and gif are")
    try:
        mode = place.stat().st_mode
    except OSError as error:
        raise FileNotFoundError(2, "not there", inside) from error
    if not stat.S_ISREG(mode):
        raise ValueError("is not a file")
    return inside
