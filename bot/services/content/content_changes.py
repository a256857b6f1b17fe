"""
What a batch of decisions changes, gathered so that each table is written at once.

A statement for every file and table would cost more than reading the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.article import ArticleState, Story
from bot.domain.correction import Field
from bot.domain.editing import Edits, newly_asked
from bot.domain.ingestion import Decision, KnownArticle, SourceItem, changed_fields
from bot.domain.item_acts import (
    Archive,
    Create,
    Double,
    Draft,
    Keep,
    OpenAudience,
    Publish,
    ResetAudience,
    Retract,
    Schedule,
    StateChange,
    TakeOver,
    Update,
)
from bot.errors import Complaint
from bot.services.content import topic_typos
from bot.services.content.known_content import KnownContent
from bot.services.newsroom import arriving_news, correction_offers, newsroom, telling
from bot.services.newsroom.notices import EDITED
from bot.store.content import articles, edits, imports, known_topics, topics
from bot.store.desk import audit_log, notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection


@dataclass(slots=True)
class ContentChanges:
    """Numbers of articles by what became of them, in the order of the items; `doubled` with the item's id.

    `news` is to be published or held, `opened` was published to nobody and may find somebody now. `key` names the API
    key of the program that tells the stories; `by_hand` when it speaks for an editor. `maker` is the person who sends
    them in chat. Editors are asked about delivered copies of what was changed, unless not `asks`.
    """

    key: str | None = None
    by_hand: bool = False
    maker: int | None = None
    asks: bool = True

    drafts: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    scheduled: list[int] = field(default_factory=list)
    archived: list[int] = field(default_factory=list)
    retracted: list[int] = field(default_factory=list)
    news: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    doubled: list[tuple[str, int]] = field(default_factory=list)
    _items: dict[str, SourceItem] = field(default_factory=dict)
    _added: dict[int, tuple[str, Story]] = field(default_factory=dict)
    _rewritten: dict[int, tuple[int, Story]] = field(default_factory=dict)
    _indexed: dict[int, Story] = field(default_factory=dict)
    _renamed: dict[int, str] = field(default_factory=dict)
    _corrects: dict[int, tuple[Field, ...]] = field(default_factory=dict)
    _edits: dict[int, Edits] = field(default_factory=dict)
    _asked: list[int] = field(default_factory=list)
    _states: dict[int, tuple[ArticleState, datetime | None]] = field(default_factory=dict)
    _logged: list[tuple[str, int]] = field(default_factory=list)
    _reset: list[int] = field(default_factory=list)
    _about_other_topics: list[Story] = field(default_factory=list)  # than before, or new

    def remember(self, item: SourceItem) -> None:
        """Store an item that no story was decided about."""
        self._items[item.id] = item

    async def add(
        self, conn: Connection, decision: Decision, known: KnownContent, slugs: Sequence[str], now: datetime
    ) -> None:
        """Take up what was decided about an item, which is still `known` as it was before; `slugs` are its names."""
        article = decision.article
        for act in decision.acts:
            match act:
                case Double(doubles):
                    self.doubled.append((decision.item.id, doubles))
                case TakeOver(former):
                    assert article is not None
                    self._items[former] = known.owners[article.number].without_story()
                    self._renamed[article.number] = await known.free_slug(conn, slugs, article.number)
                case Create():
                    assert article is not None
                    self._added[article.number] = (await known.free_slug(conn, slugs, article.number), article.story)
                    self._indexed[article.number] = article.story
                    self._about_other_topics.append(article.story)
                case Keep() | Update():
                    assert article is not None
                    before = known.articles[article.number]
                    self._rewrite(article, before.story, isinstance(act, Update))
                    self._compare_edits(article.number, before.edits, article.edits)
                case ResetAudience():
                    assert article is not None
                    self._reset.append(article.number)
                case OpenAudience():
                    assert article is not None
                    self.opened.append(article.number)
                case _:
                    assert article is not None
                    self._change_state(article.number, act, now)
        self._items[decision.item.id] = decision.item

    def _rewrite(self, article: KnownArticle, before: Story, is_changed: bool) -> None:
        # The document is always kept as last given, also where only fields changed that newsbot does not know.
        self._rewritten[article.number] = (article.revision, article.story)
        if is_changed:
            self._indexed[article.number] = article.story
            self.updated.append(article.number)
            if article.pushed_at is not None and (fields := changed_fields(before, article.story)):
                self._corrects[article.number] = fields
        if before.topics != article.story.topics:
            self._about_other_topics.append(article.story)

    def _compare_edits(self, number: int, before: Edits, after: Edits) -> None:
        if before != after:
            self._edits[number] = after
        if newly_asked(before, after):
            self._asked.append(number)

    def _change_state(self, number: int, change: StateChange, now: datetime) -> None:
        match change:
            case Draft():
                self.drafts.append(number)
                self._states[number] = (ArticleState.DRAFT, None)
            case Schedule(at):
                self.scheduled.append(number)
                self._logged.append(("schedule", number))
                self._states[number] = (ArticleState.SCHEDULED, at)
            case Publish():
                self.news.append(number)
                # An embargo that ends now: should the process die before the last batch, it is still released.
                self._states[number] = (ArticleState.SCHEDULED, now)
            case Archive():
                self.archived.append(number)
                self._states[number] = (ArticleState.ARCHIVED, None)
            case Retract():
                self.retracted.append(number)
                self._logged.append(("retract", number))

    async def write(self, conn: Connection, now: datetime) -> list[Complaint]:
        """Store everything but what is news; return what looks odd about the topics of new and changed stories."""
        await imports.add(conn, self._added, now, self._states)
        if self.maker is not None:
            await articles.set_maker(conn, self._added, self.maker)
        await imports.rewrite(conn, self._rewritten)
        later = {number: state for number, state in self._states.items() if number not in self._added}
        await articles.set_states(conn, later)
        if self.by_hand:
            await articles.mark_by_hand(conn, self.scheduled)
        # Asked before the names of these very stories are known.
        odd = await topic_typos.typos(conn, self._about_other_topics)
        names = await topics.resolve(conn, [name for story in self._indexed.values() for name in story.topics])
        await imports.unindex(conn, self._indexed.keys() - self._added.keys())
        await imports.index(conn, self._indexed, names)
        await imports.rename(conn, self._renamed)
        await imports.remember(conn, self._items.values())
        came = {item.article: item.id for item in self._items.values() if item.owns and item.article is not None}
        for act, number in self._logged:
            if act == "retract":
                await newsroom.withdraw(conn, number, now)
            detail = arriving_news.came_by(came.get(number, "")) if self.key is None else None
            await audit_log.record(conn, act, at=now, article=number, detail=detail, key=self.key)
        # What becomes news now is looked at when it is published; what is listed may bear other topics than before.
        await known_topics.let_be_known(conn, [*self.archived, *self.updated])
        for number in self._reset:
            await newsroom.unfix_empty_audience(conn, number, now)
        await edits.set_edits(conn, self._edits)
        await notices.add(conn, [Notice(EDITED, "", article=number) for number in self._asked], now)
        if self._corrects:
            await correction_offers.offer(conn, self._corrects, now, ask=self.asks and self.key is None)
        if self.retracted and self.key is None:
            await correction_offers.offer_to_take_back(conn, self.retracted, now)
        elif self.retracted:  # by a program, which asks nobody
            for number in self.retracted:
                await telling.decide_savers(conn, number, tell=True, by=None, now=now)
        return odd
