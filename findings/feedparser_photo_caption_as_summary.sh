#!/usr/bin/env bash
# feedparser 6.0.14 gives a photo's caption as the summary of the item when the photo stands first.
#
# Media RSS puts the caption into <media:description> inside <media:content>: it describes the picture, not the item
# (https://www.rssboard.org/media-rss#media-description). RSS does not fix the order of an item's elements. With the
# photo before <description>, `summary` is the caption; with the photo behind it, `summary` is the description.
# A reader of such feeds shows "Photo: …" where the news should stand.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
import feedparser

PHOTO = """<media:content url="https://news.example/bridge.jpg" type="image/jpeg" medium="image">
  <media:description>The bridge at dawn. Photo: A. Photographer</media:description>
</media:content>"""
TEXT = "<description>Traffic returns on Monday.</description>"


def summary(*elements: str) -> str:
    feed = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>News</title><link>https://news.example/</link><description>All of it</description>
<item><title>Bridge reopens</title><link>https://news.example/1</link>{"".join(elements)}</item>
</channel></rss>"""
    parsed = feedparser.parse(feed)
    assert not parsed.bozo
    return parsed.entries[0].summary


first, last = summary(PHOTO, TEXT), summary(TEXT, PHOTO)
print("feedparser", feedparser.__version__)
print("photo before the description:", first)
print("photo behind the description:", last)
assert first == "The bridge at dawn. Photo: A. Photographer"
assert last == "Traffic returns on Monday."
PYTHON
