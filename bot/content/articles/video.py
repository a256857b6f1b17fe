"""
Video links: the address of an embedded player or of a video's page becomes the link to watch it.

Source: https://developers.google.com/youtube/player_parameters and https://developer.vimeo.com/player/sdk/embed
"""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

_IFRAME = re.compile(r"<iframe\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s<>]{1,2000})", re.IGNORECASE)
_YOUTUBE = frozenset({"youtube.com", "m.youtube.com", "youtube-nocookie.com"})
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_NO_VIDEOS = frozenset({"videoseries", "live_stream"})  # players of lists, as long as an id is
_VIMEO_ID = re.compile(r"[0-9]{4,12}")


def embedded_video(markup: str) -> str | None:
    """Return the watch link of the first YouTube or Vimeo player in a piece of HTML."""
    for frame in _IFRAME.finditer(markup):
        link = watch_link(html.unescape(frame[1]))
        if link is not None:
            return link
    return None


def watch_link(url: str) -> str | None:
    """Return where to watch the YouTube or Vimeo video that `url` leads to; None when it leads to none."""
    try:
        parts = urlsplit("https:" + url if url.startswith("//") else url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    steps = [step for step in parts.path.split("/") if step]
    if host == "youtu.be" and steps:
        return _youtube(steps[0])
    if host in _YOUTUBE and steps:
        if steps[0] == "watch":
            return (
                _youtube(parse_qs(parts.query, max_num_fields=50).get("v", [""])[0])
                if len(parts.query) < 2000
                else None
            )
        if steps[0] in ("embed", "shorts", "live", "v") and len(steps) > 1:
            return _youtube(steps[1])
    if host == "player.vimeo.com" and len(steps) > 1 and steps[0] == "video":
        return _vimeo(steps[1])
    if host == "vimeo.com" and steps:
        return _vimeo(steps[0])
    return None


def _youtube(video: str) -> str | None:
    if not _YOUTUBE_ID.fullmatch(video) or video in _NO_VIDEOS:
        return None
    return f"https://www.youtube.com/watch?v={video}"


def _vimeo(video: str) -> str | None:
    return f"https://vimeo.com/{video}" if _VIMEO_ID.fullmatch(video) else None
