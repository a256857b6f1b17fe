#!/usr/bin/env bash
# fastfeedparser 0.6.5 gives an empty title for an Atom title of type "xhtml", and a relative link in spite of xml:base.
#
# RFC 4287, section 3.1.1.3, lets a title be marked-up text inside one xhtml:div; section 2 makes xml:base the base of
# every relative address below it. feedparser 6.0.14 gives title and absolute link of the same entry.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check fastfeedparser==0.6.5 feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import fastfeedparser
import feedparser

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/blog/">
<title>News</title><id>urn:example:news</id><updated>2026-11-30T10:00:00Z</updated>
<entry>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Water <em>below</em> five metres</div></title>
<id>urn:example:news:1</id><updated>2026-11-30T10:00:00Z</updated>
<link rel="alternate" href="post/1"/><summary>The lake is lower than ever.</summary>
</entry></feed>"""

fast, slow = fastfeedparser.parse(FEED).entries[0], feedparser.parse(FEED).entries[0]
print("fastfeedparser", version("fastfeedparser"), "title:", repr(fast.get("title")), "link:", fast.get("link"))
print("feedparser", version("feedparser"), "title:", repr(slow.title), "link:", slow.link)
assert fast.get("title") == "" and fast.get("link") == "post/1"
assert slow.title == "Water <em>below</em> five metres" and slow.link == "https://news.example/blog/post/1"
PYTHON
