"""What an HTTP answer says about when to ask again, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

LONGEST = timedelta(days=30)
"""Who asks for more is given this: a slip in one answer should not silence a source for ever."""
_MAX_AGE = re.compile(r'(?:^|,)\s*max-age\s*=\s*"?(\d{1,12})"?\s*(?:,|$)', re.IGNORECASE)
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds, or a date. None when there is none that can be read.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        return min(timedelta(seconds=int(text)), LONGEST)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max(at - now, timedelta(0)), LONGEST)


def max_age(text: str | None) -> timedelta | None:
    """Read max-age of a Cache-Control header; None when it has none.

    Source: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1
    """
    found = _MAX_AGE.search(text or "")
    return min(timedelta(seconds=int(found[1])), LONGEST) if found else None


def links(headers: Iterable[str], base: str) -> tuple[tuple[str, str], ...]:
    """Return relation and absolute http(s) address of each link of the Link headers, in their order.

    Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
    """
    found = []
    for header in headers:
        for target, parameters in _LINK.findall(header):
            rel = _REL.search(parameters)
            if rel is None:
                continue
            try:
                url = urljoin(base, target.strip())
                is_web = urlsplit(url).scheme in ("http", "https")
            except ValueError:
                continue
            if is_web:
                found += [(name.lower(), url) for name in (rel[1] or rel[2] or "").split()]
    return tuple(found)
