"""What is known of a batch of stories before it is taken in, kept up to date while one after the other is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from bot.domain.article import Story
from bot.domain.editing import EditField
from bot.domain.ingestion import Before, Decision, KnownArticle, SourceItem
from bot.domain.item_acts import Create, TakeOver
from bot.domain.link import normal_link
from bot.store.content import imports
from bot.store.engine.database import Connection

_UNREAD = "-"  # instead of the fingerprint of an item that has come back and is read later


@dataclass(slots=True)
class KnownContent:
    """Items by id, the owners of articles by number, article numbers by normalised link and by slug.

    `told` are the normalised links that items bear now, by id, as far as they were read together.
    """

    items: dict[str, SourceItem]
    owners: dict[int, SourceItem]
    articles: dict[int, KnownArticle]
    links: dict[str, int]
    slugs: dict[str, int]
    next_number: int
    told: Mapping[str, str] = field(default_factory=dict)

    def before(self, id: str, story: Story) -> Before:
        """Return what is known of an item, and of the article that its story's link leads to, or one of its aliases."""
        item = self.items.get(id)
        owned = item.article if item is not None and item.owns else None
        link = normal_link(story.link)
        linked = self.links.get(link)
        if owned is None and (left := self._left_by(story)) is not None:
            linked = left
        owner = None if linked is None else self.owners.get(linked)
        return Before(
            item=item,
            own=None if owned is None else self.articles[owned],
            linked=None if linked is None else self.articles[linked],
            owner=owner,
            next_number=self.next_number,
            is_given_up=owner is not None and self._link_of(owner) != link,
        )

    def _link_of(self, owner: SourceItem) -> str | None:
        """Return the link that an article's owner bears: as just read, else as last stored."""
        if owner.id in self.told:
            return self.told[owner.id]
        if owner.article is None:
            return None
        article = self.articles[owner.article]
        edit = article.edits.get(EditField.LINK)
        return normal_link(article.story.link if edit is None else str(edit.source))

    def _left_by(self, story: Story) -> int | None:
        """Return the article at one of a story's aliases whose file has gone: it goes on under a new name."""
        for alias in story.as_read.aliases:
            number = self.links.get(normal_link(alias))
            if number is not None and ((owner := self.owners.get(number)) is None or owner.is_gone):
                return number
        return None

    def learn(self, decision: Decision) -> None:
        """Let the next item be compared with what has been decided about this one."""
        self.items[decision.item.id] = decision.item
        article = decision.article
        if article is None:
            return
        self.owners[article.number] = decision.item
        self.articles[article.number] = article
        if article.story.link:
            self.links[normal_link(article.story.link)] = article.number
        for act in decision.acts:
            match act:
                case Create():
                    self.next_number += 1
                case TakeOver(former) if former in self.items:
                    self.items[former] = self.items[former].without_story()

    async def free_slug(self, conn: Connection, wanted: Sequence[str], article: int) -> str:
        """Return the first wanted slug that no other article has or had, numbered when all are taken."""
        last = wanted[-1] if wanted else "article"
        numbered = (f"{last}-{article}-{n}" for n in count(2))
        for slug in chain(wanted, (f"{last}-{article}",), numbered):
            if slug not in wanted and slug not in self.slugs:
                self.slugs |= await imports.slugs(conn, [slug])
            if self.slugs.get(slug, article) == article:
                self.slugs[slug] = article
                return slug
        raise AssertionError("numbers never end")


async def known_content(
    conn: Connection,
    ids: Iterable[str],
    stories: Sequence[tuple[str, Story]],
    slugs: Iterable[str],
    *,
    moves: Mapping[str, int],
    present: Collection[str],
    told: Mapping[str, str],
) -> KnownContent:
    """Return what is known of items, of the stories that they tell, and of who has the `slugs` that they may take.

    `moves` are the articles that items go on with under another link, by id. `present` are all the items that were
    read together, also in other batches: what has come back among them still owns its story. `told` are their links.
    """
    items = {id: _as_present(item, present) for id, item in (await imports.files(conn, ids)).items()}
    aliases = [normal_link(alias) for _, story in stories for alias in story.as_read.aliases]
    links = await imports.linked(conn, [*(normal_link(story.link) for _, story in stories), *aliases])
    links |= {normal_link(story.link): moves[id] for id, story in stories if id in moves}
    numbers = {item.article for item in items.values() if item.article is not None} | set(links.values())
    return KnownContent(
        items=items,
        owners={n: _as_present(item, present) for n, item in (await imports.owners(conn, numbers)).items()},
        articles=await imports.known(conn, numbers),
        links=links,
        slugs=await imports.slugs(conn, set(slugs)),
        next_number=await imports.next_number(conn),
        told=told,
    )


def _as_present(item: SourceItem, present: Collection[str]) -> SourceItem:
    return replace(item, fingerprint=_UNREAD) if item.is_gone and item.id in present else item
