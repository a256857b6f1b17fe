"""
Fields whose names look like typos: `publised`, `Topics`, or `tags`, which is what another tool calls `topics`.

Unknown fields are kept and ignored, so an author who misses by a letter is told nothing by the result: the topics of
`tags: [AI]` reach nobody. A name close to one of ours is always worth a word; another tool's word for a field only
where ours is missing, because a file may well serve two tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.content.formats.document import Document

CLOSE = 80  # of 100, by rapidfuzz's ratio: "publised" is 94 for published, "subtitle" 77 for title
MIN_LENGTH = 4  # characters of a name that may be misspelt; below that, any two names are close
MAX_WARNINGS = 20  # warnings of a file

# What other tools call our fields (Hugo, Jekyll, Eleventy, Ghost, WordPress, feeds), without case, `-` and `_`.
_ARTICLE_WORDS = {
    "topics": "tag tags topic category categories keyword keywords section sections subject subjects label labels "
    "hashtag hashtags taxonomy taxonomies",
    "publishedDateTime": "date datetime time timestamp pubdate publishdate publisheddate publishedat publishedon "
    "publishedtime datepublished publicationdate created createdat",
    "webUrl": "url link href permalink canonical canonicalurl externalurl",
    "excerpt": "description summary abstract teaser lead lede dek subtitle standfirst intro",
    "title": "headline heading name",
    "images": "image img picture pictures photo photos cover coverimage hero heroimage thumbnail featuredimage "
    "featureimage banner",
    "provider": "source publisher site sitename",
    "related": "relatedarticles relatedposts seealso",
    "published": "publish public live status visible",
}
_TOPIC_WORDS = {
    "_id": "id slug",
    "name": "title label",
    "shortname": "short abbreviation",
    "description": "summary",
    "hashtags": "hashtag tags tag",
    "keywords": "keyword",
    "parent": "parents partof",
}
_SOURCE_WORDS = {
    "url": "link href feed rss atom xmlurl webUrl address",
    "name": "title label",
    "topics": "tags tag topic category categories",
    "every": "interval period refresh",
    "only": "include filter",
    "never": "exclude except not",
}
_IMAGE_WORDS = {"url": "src href link path file"}
_READ = "title excerpt publishedDateTime webUrl originalUrl ampWebUrl cdnAmpWebUrl category type quality heat provider"
_ARTICLE = f"{_READ} published topics images related featuredContent secured taxonomy draft aliases"
_TOPIC = "taxonomy _id name shortname parent description keywords hashtags names services images"


class FieldNames:
    """The names of a mapping's fields, and other tools' words for them."""

    def __init__(self, names: str, words: Mapping[str, str]) -> None:
        self.read = frozenset(names.split())
        self.names = {_folded(name): name for name in self.read}
        self.words = {_folded(word): name for name, many in words.items() for word in many.split()}
        self.meant = lru_cache(1024)(self._meant)

    def _meant(self, name: str) -> str | None:
        """Return the field that a name nobody reads comes close to; None when it comes close to none."""
        folded = _folded(name)
        if folded in self.names:
            return self.names[folded]
        if len(folded) < MIN_LENGTH or len(folded) > 40:
            return None
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        # Two letters swapped are one slip, and too much for the ratio of a short name.
        swapped = process.extractOne(folded, self.names.keys(), scorer=OSA.distance, score_cutoff=1)
        found = swapped or process.extractOne(folded, self.names.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE)
        return None if found is None else self.names[found[0]]


def _folded(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


ARTICLE = FieldNames(_ARTICLE, _ARTICLE_WORDS)
TOPIC = FieldNames(_TOPIC, _TOPIC_WORDS)
SOURCE = FieldNames("taxonomy url name topics as every only never", _SOURCE_WORDS)
_PROVIDER = FieldNames("name domain images", {"name": "title", "domain": "url website", "images": "image logo icon"})
_IMAGE = FieldNames("url width height isCached credit alt", _IMAGE_WORDS)
_RELATED = FieldNames(f"{_READ} images topics published", {"webUrl": "url link href", "title": "headline name"})
_WITHIN = {"provider": _PROVIDER, "images": _IMAGE, "related": _RELATED}


def typos_in(document: Document, schema: FieldNames) -> dict[tuple[str | int, ...], str]:
    """Return the fields of a document that look like typos, by their place, each with the field that is meant."""
    found: dict[tuple[str | int, ...], str] = {}
    _add(found, (), document.fields, schema)
    if schema is ARTICLE:
        for name, within in _WITHIN.items():
            value = document.fields.get(name)
            if isinstance(value, dict):
                _add(found, (name,), value, within)
            elif isinstance(value, list):
                for place, one in enumerate(value[:MAX_WARNINGS]):
                    if isinstance(one, dict):
                        _add(found, (name, place), one, within)
    return dict(list(found.items())[:MAX_WARNINGS]) if found else found


def _add(
    found: dict[tuple[str | int, ...], str],
    where: tuple[str | int, ...],
    fields: Mapping[str, object],
    schema: FieldNames,
) -> None:
    if fields.keys() <= schema.read:
        return  # most files have no field that is not read
    for name in fields:
        if name in schema.read:
            continue
        word = schema.words.get(_folded(name))
        if word is None:
            if (meant := schema.meant(name)) is not None:
                found[*where, name] = meant
        elif not _is_given(fields, word):
            found[*where, name] = word


def _is_given(fields: Mapping[str, object], name: str) -> bool:
    """Return whether a field says anything. A link is given by either of its two names."""
    names = (name, "originalUrl") if name == "webUrl" else (name,)
    return any(fields.get(one) not in (None, "", []) for one in names)
