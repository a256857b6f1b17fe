"""Writing one variable into `.env` and leaving everything else in it as its owner wrote it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.errors import SettingsError


def write_variable(path: Path, name: str, value: str) -> None:
    """Set a variable in the file, made if missing, readable by its owner only. All or nothing.

    `value` needs no quotes. Raises: SettingsError.
    """
    target = path.resolve()
    given = re.compile(rf"\s*(export\s+)?{re.escape(name)}\s*=")
    part = target.with_name(f"{target.name}.part")
    try:
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        lines = before.splitlines()
        place = next((index for index, line in enumerate(lines) if given.match(line)), len(lines))
        kept = [line for line in lines if not given.match(line)]
        kept.insert(place, f"{name}={value}")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(kept) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except (OSError, UnicodeDecodeError) as error:
        part.unlink(missing_ok=True)
        raise SettingsError(f"{path}: cannot be written: {error}") from error
