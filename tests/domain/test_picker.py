"""The picker's pages."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.following import Following
from bot.domain.picker import PAGE, picker_page
from bot.domain.topic import Topic, TopicTree


def newsroom(parents: dict[int, int | None], *, unlisted=(), **wishes):
    topics = {
        number: Topic(number, f"t{number}", f"Topic {number:03}", parent=parent, listed=number not in unlisted)
        for number, parent in parents.items()
    }
    return topics, Following(TopicTree(parents), **{name: frozenset(value) for name, value in wishes.items()})


def shown(page):
    return [choice.topic.number for choice in page.choices]


def test_children_stand_under_their_parent_and_count_as_its_parts():
    topics, following = newsroom({1: None, 2: 1, 3: 1, 4: 3, 5: None}, follows={1}, left_out={3})
    page = picker_page(topics, following)
    assert shown(page) == [1, 5]
    assert [(choice.parts, choice.chosen, choice.followed) for choice in page.choices] == [(3, 1, True), (0, 0, False)]
    below = picker_page(topics, following, parent=1)
    assert shown(below) == [2, 3]
    assert below.parent.topic.number == 1
    assert [(choice.followed, choice.parts) for choice in below.choices] == [(True, 0), (False, 1)]


def test_a_page_that_is_not_there_becomes_the_nearest():
    topics, following = newsroom(dict.fromkeys(range(1, PAGE + 2)))
    assert shown(picker_page(topics, following, page=9)) == [PAGE + 1]
    assert picker_page(topics, following, page=-3).page == 0
    assert picker_page(topics, following, parent=77).parent is None


def test_unlisted_topics_are_not_shown_and_their_children_are_sections():
    topics, following = newsroom({1: None, 2: 1}, unlisted={1})
    assert shown(picker_page(topics, following)) == [2]


@given(st.dictionaries(st.integers(1, 12), st.none() | st.integers(1, 12), max_size=12), st.sets(st.integers(1, 12)))
def test_every_listed_topic_can_be_reached_whatever_files_say_of_parents(parents, unlisted):
    topics, following = newsroom(parents, unlisted=unlisted)
    reached, waiting = set(), [0]
    while waiting:
        parent = waiting.pop()
        pages = picker_page(topics, following, parent=parent).pages
        for page in range(pages):
            for number in shown(picker_page(topics, following, parent=parent, page=page)):
                if number not in reached:
                    reached.add(number)
                    waiting.append(number) if any(t.parent == number for t in topics.values()) else None
    assert reached == {number for number, topic in topics.items() if topic.listed}
