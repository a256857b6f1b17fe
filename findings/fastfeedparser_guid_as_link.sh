#!/usr/bin/env bash
# fastfeedparser 0.6.5 gives a guid that says it is no permalink as the link of the item.
#
# With isPermaLink="false" a guid is an identifier that must not be taken for an address
# (https://www.rssboard.org/rss-specification#ltguidgtSubelementOfLtitemgt), even when it looks like one, as WordPress'
# do (https://…/?p=3). An item without <link> then has no link; feedparser 6.0.14 gives none for the same item.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check fastfeedparser==0.6.5 feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import fastfeedparser
import feedparser

FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel>
<title>News</title><link>https://news.example/</link><description>All of it</description>
<item><title>A note without a page</title><description>Only a text.</description>
<guid isPermaLink="false">https://news.example/?p=3</guid></item>
</channel></rss>"""

fast, slow = fastfeedparser.parse(FEED).entries[0].get("link"), feedparser.parse(FEED).entries[0].get("link")
print("fastfeedparser", version("fastfeedparser"), "link:", fast)
print("feedparser", version("feedparser"), "link:", slow)
assert fast == "https://news.example/?p=3"
assert slow is None
PYTHON
