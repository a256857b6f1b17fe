"""Roles: what somebody may do here who is more than a reader, and how long an invitation to become so lasts."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

INVITATION_LASTS = timedelta(minutes=15)


class Role(StrEnum):
    """OWNER may do all that EDITOR may, and add and remove editors."""

    EDITOR = "editor"
    OWNER = "owner"
