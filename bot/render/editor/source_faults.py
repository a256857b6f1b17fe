"""
Why a source gives no feed, in an editor's language.

What is stored, logged and printed of a fault is one English sentence. Here it is found again by its form, so that there
is no second form of it to be stored; one of another form is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.render.locale import Words

_HOST = r"(?P<host>\S+)"
_Say = Callable[..., str]

_SENTENCES: tuple[tuple[re.Pattern[str], _Say], ...] = tuple(
    (re.compile(form, re.DOTALL), say)
    for form, say in (
        (r"it is empty", lambda words: words("it is empty")),
        (
            r"it is a list of feeds \(OPML\), not a feed; import it instead",
            lambda words: words("it is a list of feeds (OPML), not a feed; import it instead"),
        ),
        (r"it is a site map, not a feed", lambda words: words("it is a site map, not a feed")),
        (r"it is a single Atom entry, not a feed", lambda words: words("it is a single Atom entry, not a feed")),
        (r"it is a picture, not a feed", lambda words: words("it is a picture, not a feed")),
        (r"it is an error message, not a feed", lambda words: words("it is an error message, not a feed")),
        (r"it is a web page, not a feed", lambda words: words("it is a web page, not a feed")),
        (
            r"it is a web page, not a feed, and names no feed",
            lambda words: words("it is a web page, not a feed, and names no feed"),
        ),
        (
            r"it is a web page that asks to log in, not a feed(?:, and names no feed)?",
            lambda words: words("it is a web page that asks to log in, not a feed"),
        ),
        (r"it is JSON, but no JSON Feed", lambda words: words("it is JSON, but no JSON Feed")),
        (r"it is broken JSON (?P<where>\(.*\))", lambda words, where: words("it is broken JSON {where}", where=where)),
        (r"it is JSON that is nested too deeply", lambda words: words("it is JSON that is nested too deeply")),
        (
            r"it is XML, but neither RSS nor Atom: it begins with (?P<root><.*>)",
            lambda words, root: words("it is XML, but neither RSS nor Atom: it begins with {root}", root=root),
        ),
        (
            r"it is XML, but a feed has a channel or items",
            lambda words: words("it is XML, but a feed has a channel or items"),
        ),
        (
            r"it is XML that breaks off in its first element",
            lambda words: words("it is XML that breaks off in its first element"),
        ),
        (
            r"it is a feed that breaks off before the end of its first entry",
            lambda words: words("it is a feed that breaks off before the end of its first entry"),
        ),
        (r"it is a file of another kind, not a feed", lambda words: words("it is a file of another kind, not a feed")),
        (
            r"it is a text, not a feed: (?P<begins>“.*”)",
            lambda words, begins: words("it is a text, not a feed: {begins}", begins=begins),
        ),
        (r"it is larger than (?P<size>\d+) MiB", lambda words, size: words("it is larger than {size} MiB", size=size)),
        (
            r"it is something that cannot be read(?: within [\d.]+ s)?",
            lambda words: words("it is something that cannot be read"),
        ),
        (r"it lists nothing any more", lambda words: words("it lists nothing any more")),
        (
            r"its server says that it is gone for good \(410\)",
            lambda words: words("its server says that it is gone for good (410)"),
        ),
        (
            r"its server does not let us read it \((?P<status>\d+)\)",
            lambda words, status: words("its server does not let us read it ({status})", status=status),
        ),
        (r"its server knows no such page \(404\)", lambda words: words("its server knows no such page (404)")),
        (
            r"its server asks to be left alone for a while \(429\)",
            lambda words: words("its server asks to be left alone for a while (429)"),
        ),
        (
            r"its server answered (?P<status>\d+)",
            lambda words, status: words("its server answered {status}", status=status),
        ),
        (
            r"newsbot could not read it; its log says why",
            lambda words: words("newsbot could not read it; its log says why"),
        ),
        (
            _HOST + r" has a certificate that has expired",
            lambda words, host: words("{host} has a certificate that has expired", host=host),
        ),
        (
            _HOST + r" has a certificate that is not valid yet",
            lambda words, host: words("{host} has a certificate that is not valid yet", host=host),
        ),
        (
            _HOST + r" has another host's certificate",
            lambda words, host: words("{host} has another host's certificate", host=host),
        ),
        (
            _HOST + r" has a certificate that nobody known here has signed",
            lambda words, host: words("{host} has a certificate that nobody known here has signed", host=host),
        ),
        (
            _HOST + r" makes no secure connection",
            lambda words, host: words("{host} makes no secure connection", host=host),
        ),
        (
            _HOST + r" gave no (?:whole )?answer within (?P<seconds>[\d.]+) seconds",
            lambda words, host, seconds: words(
                "{host} gave no whole answer within {seconds} seconds", host=host, seconds=seconds
            ),
        ),
        (_HOST + r" redirects in a circle", lambda words, host: words("{host} redirects in a circle", host=host)),
        (
            _HOST + r" redirects more than (?P<times>\d+) times",
            lambda words, host, times: words("{host} redirects more than {times} times", host=host, times=times),
        ),
        (
            _HOST + r" sends more than (?P<size>\d+) MiB",
            lambda words, host, size: words("{host} sends more than {size} MiB", host=host, size=size),
        ),
        (_HOST + r" cannot be reached(?:: .*)?", lambda words, host: words("{host} cannot be reached", host=host)),
        (
            r"there is no host " + _HOST + r", or it cannot be found now",
            lambda words, host: words("there is no host {host}, or it cannot be found now", host=host),
        ),
        (
            _HOST + r" closed the connection before its answer ended",
            lambda words, host: words("{host} closed the connection before its answer ended", host=host),
        ),
        (_HOST + r" answers what is not HTTP", lambda words, host: words("{host} answers what is not HTTP", host=host)),
        (
            _HOST + r" sends what cannot be unpacked, or only a part of it",
            lambda words, host: words("{host} sends what cannot be unpacked, or only a part of it", host=host),
        ),
    )
)
_OF_ONE = re.compile(r"the feed that this page names cannot be read: (.*)", re.DOTALL)
_OF_SEVERAL = re.compile(r"none of the (\d+) feeds that this page names can be read; of the first, (.*)", re.DOTALL)


def fault_text(words: Words, fault: str) -> str:
    """Return why a source gives no feed: a clause that begins with “it” or a host's name."""
    if (one := _OF_ONE.fullmatch(fault)) is not None:
        return words("the feed that this page names cannot be read: {fault}", fault=fault_text(words, one[1]))
    if (several := _OF_SEVERAL.fullmatch(fault)) is not None:
        return words(
            "none of the {n} feeds that this page names can be read; of the first, {fault}",
            n=several[1],
            fault=fault_text(words, several[2]),
        )
    for form, say in _SENTENCES:
        if (found := form.fullmatch(fault)) is not None:
            return say(words, **found.groupdict())
    return fault
