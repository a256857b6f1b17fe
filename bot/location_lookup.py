"""
The time zones of a place on earth: `python -m bot.location_lookup` answers one pair of coordinates and exits.

It is a process of its own because the borders of all zones take 40 MB of memory, which goes with it; and what it is
asked is written nowhere. They are those of timezone-boundary-builder, simplified, as `tzfpy` has them.
Source: https://github.com/ringsaturn/tzfpy
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress


def zones_at(latitude: float, longitude: float) -> list[str]:
    """Return the IANA zones of a place, where there are several the ones that differ; none for what is no place."""
    import tzfpy

    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return []
    return sorted(set(tzfpy.get_tzs(longitude, latitude)))


def main() -> int:
    """Answer `[latitude, longitude]` on standard input with a JSON list on standard output."""
    with suppress(AttributeError, OSError):  # not on Windows, and not everywhere allowed
        os.nice(5)  # people who wait for news come first
    latitude, longitude = json.load(sys.stdin)
    json.dump(zones_at(float(latitude), float(longitude)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
