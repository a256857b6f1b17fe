"""Names that are one, trees that end, and which follow brings an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.topic import MAX_DEPTH, Topic, TopicTree, by_name, topic_key, wants

TOPICS = range(1, 9)
trees = st.dictionaries(st.sampled_from(TOPICS), st.sampled_from([None, *TOPICS])).map(TopicTree)
some = st.frozensets(st.sampled_from(TOPICS), max_size=4)

# 1 ← 2 ← 3, and 4 apart
TREE = TopicTree({1: None, 2: 1, 3: 2, 4: None})


@given(st.text())
def test_the_key_of_a_name_holds_no_blanks_and_is_the_same_in_any_case(name):
    key = topic_key(name)
    assert key == topic_key(f"  #{name} ")
    assert not any(char.isspace() or char in "-_" for char in key) and not key.startswith("#")


@pytest.mark.parametrize(
    "name",
    [
        "computer vision",
        "#ComputerVision",
        "#Computer #Vision",
        "computer-vision",
        "COMPUTER_VISION",
        "ＣomputerVision",
        "\u2068Computer Vision\u2069",
        "Computer\u200bVision\ufeff",
    ],
)
def test_these_names_are_one(name):
    assert topic_key(name) == topic_key("Computer Vision")


@pytest.mark.parametrize("name", ["istanbul", "ISTANBUL", "İSTANBUL", "ıstanbul", "I\u0307stanbul"])
def test_a_turkish_i_is_an_i_with_and_without_its_dot(name):
    assert topic_key(name) == topic_key("İstanbul") == "istanbul"


def test_the_hash_behind_a_letter_is_part_of_the_name():
    assert len({topic_key(name) for name in ("C", "C#", "C++", "F#", "F")}) == 5
    assert topic_key("#C#") == topic_key("c#")


@pytest.mark.parametrize("name", ["", "#", " - ", "\u200b\u2060", "\u2068\u2069", "\ufe0f"])
def test_what_nobody_sees_is_no_name(name):
    assert topic_key(name) == ""


def test_topics_stand_as_in_a_dictionary():
    names = ["AI", "energy", "Évian", "Ökologie", "Ozean", "Zoo", "Äther", "ähnlich", "Straße"]
    sorted_names = [topic.name for topic in by_name(Topic(n, str(n), name) for n, name in enumerate(names))]
    assert sorted_names == ["ähnlich", "AI", "Äther", "energy", "Évian", "Ökologie", "Ozean", "Straße", "Zoo"]


@given(trees, st.sampled_from(TOPICS))
def test_every_way_up_and_down_ends_whatever_files_say(tree, topic):
    path, below = tree.path(topic), tree.below(topic)
    assert path[0] == topic == below[0]
    assert len(set(path)) == len(path) and len(set(below)) == len(below)
    assert all(topic in tree.below(ancestor) for ancestor in path)


def test_a_way_up_is_cut_where_no_newsroom_goes():
    tree = TopicTree({n: n + 1 for n in range(1000)})
    assert len(tree.path(0)) == MAX_DEPTH + 1


@given(trees, some, some, some, some)
def test_an_article_comes_only_through_something_followed_and_never_past_a_mute(tree, worn, follows, left_out, muted):
    reason = wants(tree, sorted(worn), follows=follows, left_out=left_out, muted=muted)
    if reason is not None:
        assert reason in follows
        assert reason in tree.reached_by(worn)
        assert not muted & set(tree.reached_by(worn))
    if follows & worn and not muted:
        assert reason is not None


@pytest.mark.parametrize(
    ("worn", "follows", "left_out", "muted", "reason"),
    [
        ((3,), {1}, (), (), 1),
        ((3,), {1, 2}, (), (), 2),
        ((1,), {3}, (), (), None),
        ((3,), {1}, {2}, (), None),
        ((3,), {1}, {3}, (), None),
        ((3,), {1, 3}, {3}, (), 3),
        ((2,), {1}, {3}, (), 1),
        ((3, 4), {1, 4}, {2}, (), 4),
        ((3,), {1}, (), {3}, None),
        ((3,), {1}, (), {1}, None),
        ((2,), {1}, (), {3}, 1),
        ((3, 4), {4}, (), {1}, None),
        ((), {1}, (), (), None),
    ],
)
def test_the_nearest_follow_counts_a_child_can_be_left_out_and_a_mute_wins(worn, follows, left_out, muted, reason):
    assert wants(TREE, worn, follows=follows, left_out=left_out, muted=muted) == reason


@pytest.mark.parametrize(
    ("name", "hashtags", "hashtag"),
    [
        ("Computer Vision", (), "#ComputerVision"),
        ("AI", ("#AI", "#KI"), "#AI"),
        ("Café-Kultur", (), "#CaféKultur"),
        ("2026", (), ""),
        ("!?", (), ""),
    ],
)
def test_a_topic_has_the_first_hashtag_of_its_file_or_one_made_of_its_name(name, hashtags, hashtag):
    assert Topic(1, "x", name, hashtags=hashtags).hashtag == hashtag
