"""
What a database says of having been moved: `moved_to` in the one it was moved out of, `moving_from` in a copy that is
not complete. Nothing runs on either.

Of two copies of one database one may send: what both sent would arrive twice. The marks lie in the databases
themselves, so that they go wherever these go.
"""

from __future__ import annotations

MOVED_TO, MOVING_FROM = "moved_to", "moving_from"
"""Keys of `meta`. Their values are places as people are told them: an absolute path, or a URL without a password."""

MARKS = (MOVED_TO, MOVING_FROM)


def why_nothing_runs(place: str, moved_to: str | None, moving_from: str | None) -> str | None:
    """Return why nothing may run on the database at `place`, and what to do; None when it may."""
    if moving_from is not None:
        return (
            f"{place} is a copy of {moving_from} that is not complete; with NEWSBOT_DATABASE={moving_from}, "
            f"`newsbot move {place}` goes on with it"
        )
    if moved_to is not None:
        return (
            f"{place} was moved to {moved_to}; set NEWSBOT_DATABASE={moved_to}, "
            "or use this one again with `newsbot move --back`"
        )
    return None
