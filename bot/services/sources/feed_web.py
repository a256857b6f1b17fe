"""
Asking an address for its feed: fetched within limits, and parsed in a process of its own.

What comes of it is a value or a `SourceFault`, which says in words for people why there is no feed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from bot.content.articles.links import judged
from bot.content.feeds.not_a_feed import NotAFeed
from bot.content.parsing.parsing_process import ParsingProcess
from bot.content.web.fetching import Answer, Fetcher, FetchError, FetchRules, Validators
from bot.domain.feed import Feed, FeedItem
from bot.errors import SourceFault
from bot.store.content.sources import Polling
from bot.store.content.story_json import whole_second

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.5"
)
_UNKNOWN = Polling()  # nothing is sent back
_FEEDS_TRIED = 5  # of those that one page names


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What an address gave. `feed` is None when it has not changed since the last time.

    `url` is the address that gave it, after redirects; `moved_to` where the address that was asked for has moved to for
    good, None when it has not. `hub` and `topic` are WebSub's addresses.
    """

    url: str
    feed: Feed | None
    validators: Validators
    body_hash: str | None
    moved_to: str | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    hub: str | None = None
    topic: str | None = None


class FeedWeb:
    """The web as far as feeds go. It holds connections and a process, so it is closed when no longer needed."""

    def __init__(self, fetcher: Fetcher, parser: ParsingProcess) -> None:
        self.fetcher = fetcher
        self.parser = parser

    @classmethod
    def make(cls, allow: FetchRules, contact: str | None) -> FeedWeb:
        """Return one for these settings. Belongs to the running event loop."""
        return cls(Fetcher(allow=allow, contact=contact), ParsingProcess())

    async def close(self) -> None:
        """Close all connections and end the parsing process."""
        await self.fetcher.close()
        await self.parser.close()

    async def ask(self, url: str, polling: Polling = _UNKNOWN, *, prompt: bool = False) -> FeedAnswer:
        """Return what a feed's address gives. An unchanged feed is not parsed again. `prompt` when a person waits.

        Raises: SourceFault.
        """
        answer = await self._get(url, polling, prompt=prompt)
        if answer.status == 304:
            return _unchanged(answer, polling)
        body_hash = _hash(answer.body)
        if body_hash == polling.body_hash:
            return _unchanged(answer, polling)
        try:
            read = await self._read(answer, body_hash)
        except NotAFeed as error:
            raise SourceFault(f"it is {error}") from error
        if polling.has_items and read.feed is not None and not read.feed.items:
            raise SourceFault("it lists nothing any more")
        return read

    async def find(self, url: str, *, prompt: bool = True) -> tuple[str, FeedAnswer]:
        """Return a feed's address and what it gives. At a page's address, that is the first feed that the page names
        and that can be read.

        Raises: SourceFault; of a page, why its first feed cannot be read.
        """
        answer = await self._get(url, _UNKNOWN, prompt=prompt)
        try:
            return url, await self._read(answer, _hash(answer.body))
        except NotAFeed as error:
            page = await self.parser.page(answer.body, answer.content_type, answer.url)
            if not page.feeds:
                raise SourceFault(f"it is {error}" + (", and names no feed" if error.is_page else "")) from error
            faults: list[SourceFault] = []
            for named in dict.fromkeys(one.url for one in page.feeds[:_FEEDS_TRIED]):
                try:
                    return named, await self.ask(named, prompt=prompt)
                except SourceFault as fault:
                    faults.append(fault)
            first = faults[0]
            reason = f"the feed that this page names cannot be read: {first}"
            if len(faults) > 1:
                reason = f"none of the {len(faults)} feeds that this page names can be read; of the first, {first}"
            raise SourceFault(reason, is_gone=first.is_gone, retry_after=first.retry_after) from first

    async def _get(self, url: str, polling: Polling, *, prompt: bool) -> Answer:
        validators = Validators(polling.etag, polling.last_modified)
        try:
            answer = await self.fetcher.get(url, validators=validators, accept=ACCEPT, prompt=prompt)
        except FetchError as error:
            raise SourceFault(str(error)) from error
        match answer.status:
            case 200:
                return answer
            case 304 if polling.body_hash is not None:
                return answer
            case 410:
                raise SourceFault("its server says that it is gone for good (410)", is_gone=True)
            case 401 | 403:
                reason = f"its server does not let us read it ({answer.status})"
            case 404:
                reason = "its server knows no such page (404)"
            case 429:
                reason = "its server asks to be left alone for a while (429)"
            case _:
                reason = f"its server answered {answer.status}"
        raise SourceFault(reason, retry_after=answer.retry_after)

    async def _read(self, answer: Answer, body_hash: str) -> FeedAnswer:
        """Return what a feed's document says. Raises: NotAFeed."""
        feed = await self.parser.feed(answer.body, answer.content_type, answer.url)
        named = dict(reversed(answer.links))
        return FeedAnswer(
            url=answer.url,
            feed=replace(feed, items=tuple(_usable(item, self.fetcher.rules) for item in feed.items)),
            validators=answer.validators,
            body_hash=body_hash,
            moved_to=answer.moved_to,
            max_age=answer.max_age,
            retry_after=answer.retry_after,
            hub=named.get("hub") or feed.hub,
            topic=named.get("self") or feed.topic,
        )


def _unchanged(answer: Answer, polling: Polling) -> FeedAnswer:
    """Return that nothing has changed. A 304 need not repeat the validators; RFC 9110, section 15.4.5."""
    return FeedAnswer(
        url=answer.url,
        feed=None,
        validators=Validators(
            answer.validators.etag or polling.etag, answer.validators.last_modified or polling.last_modified
        ),
        body_hash=polling.body_hash,
        moved_to=answer.moved_to,
        max_age=answer.max_age,
        retry_after=answer.retry_after,
    )


def _hash(body: bytes) -> str:
    """Return what tells bodies apart. Processors of servers have instructions for SHA-256; BLAKE2 takes twice as long
    there."""
    return sha256(body).hexdigest()[:32]


def _usable(item: FeedItem, allow: FetchRules) -> FeedItem:
    """Return an item with the time that it has once it is stored, and without links that nobody should follow."""
    at, warnings = item.published_at, list(item.warnings)
    link = None
    if item.link is not None:
        judgement = judged(item.link, allow)
        link = judgement.url
        if link is None:
            warnings.append(f"its link {judgement.fault}; it becomes a draft")
    pictures = tuple(
        picture if url == picture.url else replace(picture, url=url)
        for picture in item.pictures
        if (url := judged(picture.url, allow).url) is not None
    )
    if link == item.link and pictures == item.pictures and (at is None or not at.microsecond):
        return item
    return replace(
        item,
        link=link,
        published_at=None if at is None else whole_second(at),
        pictures=pictures,
        warnings=tuple(warnings),
    )
