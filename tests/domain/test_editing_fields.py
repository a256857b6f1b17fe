"""What becomes of a field that was edited in chat when its article's file or feed is read again, as a table."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.article import ArticleState, Picture, Provider, Related, Story
from bot.domain.editing import (
    Edit,
    EditField,
    Fault,
    Refusal,
    Without,
    after_edit,
    as_words,
    newly_asked,
    reconciled,
    settled,
    value_of,
    with_related,
    with_value,
)
from bot.domain.ingestion import Arrival, Before, KnownArticle, Observed, SourceItem, decide
from bot.domain.item_acts import Update
from bot.domain.publishing import PushWindow

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FILE, OURS, OTHER = "As the file says", "As it was typed", "As the file says now"
TITLE = EditField.TITLE


def story(title: str = FILE, **fields) -> Story:
    return Story(title, "https://news.example/a", NOW, **fields)


@pytest.mark.parametrize(
    ("edit", "told", "shown", "after"),
    [
        (None, OTHER, OTHER, None),  # never edited: the file's word counts
        (Edit(FILE), FILE, OURS, Edit(FILE)),  # unchanged there: what was typed wins
        (Edit(FILE), OTHER, OURS, Edit(OTHER, is_asked=True)),  # changed there: it stays, and editors are asked
        (Edit(FILE), OURS, OURS, None),  # the file has come to say the same: no edit any more
        (Edit(OTHER, is_asked=True), OTHER, OURS, Edit(OTHER, is_asked=True)),  # asked already
        (Edit(OTHER, is_asked=True), FILE, OURS, Edit(FILE, is_asked=True)),  # asked about what is there now
        (Edit(OTHER, is_asked=True), OURS, OURS, None),  # nothing is to be decided any more
        (Edit(OTHER), OTHER, OURS, Edit(OTHER)),  # kept by an editor: not asked again
        (Edit(OTHER), FILE, OURS, Edit(FILE, is_asked=True)),  # until it changes again
    ],
)
def test_what_was_typed_wins_until_the_source_changes_there(edit, told, shown, after):
    known = story(FILE if edit is None else OURS)
    edits = {} if edit is None else {TITLE: edit}
    found, left = reconciled(edits, known, story(told))
    assert found.title == shown
    assert left == ({} if after is None else {TITLE: after})
    assert newly_asked(edits, left) == (after is not None and after.is_asked and after != edit)


@pytest.mark.parametrize(
    ("field", "ours", "theirs"),
    [
        (EditField.TITLE, "Ours", "Theirs"),
        (EditField.EXCERPT, "Ours", None),
        (EditField.EXCERPT, "Ours", "Theirs"),
        (EditField.LINK, "https://news.example/ours", "https://news.example/theirs"),
        (EditField.TOPICS, ("Ours",), ("Theirs", "Ours")),
        (EditField.TOPICS, ("Ours",), ()),
        (EditField.PICTURE, (Picture("https://i.example/ours", credit="Jo"),), (Picture("https://i.example/theirs"),)),
        (EditField.RELATED, (Related("Ours", "https://a.example/1", Provider("A"), NOW),), ()),
        (EditField.PICTURE, (), (Picture("https://i.example/theirs"), Picture("a.jpg", is_local=True))),
    ],
)
def test_each_field_is_kept_by_itself_and_the_others_follow_the_source(field, ours, theirs):
    known = with_value(story(), field, ours)
    told = with_value(story(heat=900), field, theirs)
    found, left = reconciled({field: Edit(theirs)}, known, told)
    assert (value_of(found, field), found.heat) == (ours, 900)
    assert found.payload == told.payload  # the document is kept as it was given
    assert left == {field: Edit(theirs)}


def test_an_edit_is_remembered_beside_what_the_source_said_first_and_ends_when_it_says_that_again():
    edits = after_edit({}, story(), TITLE, OURS)
    assert edits == {TITLE: Edit(FILE)}
    edits = after_edit(edits, story(OURS), TITLE, "Typed again")
    assert edits == {TITLE: Edit(FILE)}
    assert after_edit(edits, story("Typed again"), TITLE, FILE) == {}
    asked = {TITLE: Edit(OTHER, is_asked=True)}
    assert settled(asked, TITLE) == {TITLE: Edit(OTHER)}
    assert settled(asked, EditField.LINK) == asked
    assert after_edit(asked, story(OURS), TITLE, "Typed again") == {TITLE: Edit(OTHER)}


def test_a_credit_is_an_edit_of_the_picture_and_is_not_said_of_the_sources_next_one():
    picture = Picture("https://i.example/a", 640, 360)
    given = story(pictures=(picture,))
    edits = after_edit({}, given, EditField.CREDIT, "Jo Lens")
    assert edits == {EditField.PICTURE: Edit((picture,))}
    ours = with_value(given, EditField.CREDIT, "Jo Lens")
    assert ours.payload["images"] == [{"url": picture.url, "width": 640, "height": 360, "credit": "Jo Lens"}]
    told = story(pictures=(Picture("https://i.example/b"),))
    found, left = reconciled(edits, ours, told)
    assert found.pictures == ours.pictures
    assert left == {EditField.PICTURE: Edit(told.pictures, is_asked=True)}
    assert after_edit(edits, ours, EditField.CREDIT, None) == {}
    assert with_value(story(), EditField.CREDIT, "Jo Lens").pictures == ()


def test_a_related_article_is_named_once_and_never_the_story_itself():
    one, other = (Related(title, f"https://a.example/{title}") for title in ("1", "2"))
    named = story(related=(one,))
    assert with_related(named, other, 2) == (one, other)
    assert with_related(named, replace(one, link="http://www.a.example/1/#top"), 2) == (one,)
    assert with_related(named, Without("https://a.example/1?utm_source=x"), 2) == ()
    for said, most, fault in (
        (Related("Itself", "https://news.example/a"), 2, Fault.OWN_LINK),
        (other, 1, Fault.TOO_MANY),
        (Without(other.link), 2, Fault.NOT_RELATED),
    ):
        with pytest.raises(Refusal) as refused:
            with_related(named, said, most)
        assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (("AI", "Energy"), "AI, Energy"),
        ((Picture("https://i.example/a"), Picture("https://i.example/b")), "https://i.example/a"),
        ((Picture("telegram:AgAC"),), "sent in chat"),
        ((Picture("telegram:AgAC", is_local=True),), "telegram:AgAC"),  # a file may be called so
    ],
)
def test_a_value_in_words_names_the_first_picture_and_no_file_id(value, words):
    assert as_words(value) == words


@pytest.mark.parametrize("arrival", Arrival)
def test_every_source_leaves_an_edit_alone_and_another_edit_does_not(arrival):
    item = SourceItem("a.md", "1", 1, True, False, None)
    known = KnownArticle(1, ArticleState.DRAFT, 3, story(OURS), edits={TITLE: Edit(FILE)})
    seen = Observed("a.md", "2", story(OTHER), arrival)
    decision = decide(Before(item, known, known, item, 2), seen, now=NOW, window=PushWindow(None))
    assert decision.article is not None
    is_edit = arrival is Arrival.EDIT
    assert decision.article.story.title == (OTHER if is_edit else OURS)
    assert (Update(corrects=True) in decision.acts) == is_edit
    assert decision.article.edits == {TITLE: Edit(FILE) if is_edit else Edit(OTHER, is_asked=True)}
