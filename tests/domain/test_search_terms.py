"""What a text is found by, and what is looked for."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search_terms import BREAK, fold, indexed, wanted

texts = st.text(max_size=80) | st.text("aäßłйい北กั한.+#-' 1", max_size=30)


@given(texts)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_a_text_is_found_by_each_of_its_own_words(text):
    tokens = indexed(text).split(" ")
    for piece in wanted(text):
        many = len(piece.tokens)
        stretches = [tuple(tokens[start : start + many]) for start in range(len(tokens))]
        assert any(_fits(piece, stretch) for stretch in stretches), (piece, tokens)


def _fits(piece, stretch):
    if stretch == piece.tokens:
        return True
    is_long_enough = piece.is_beginning and len(stretch) == len(piece.tokens)
    return is_long_enough and stretch[:-1] == piece.tokens[:-1] and stretch[-1].startswith(piece.tokens[-1])


@given(texts)
def test_tokens_hold_only_what_the_search_tables_keep_together(text):
    for token in indexed(text).split():
        assert token == BREAK or not any(char.isspace() or char in '"*()^:' for char in token)


def test_a_sign_behind_or_before_a_word_makes_another_word():
    assert indexed("C++, C# and .NET; Google+.") == f"c++ c# and net google {BREAK} .net google+"
    assert [piece.tokens for piece in wanted("c++ .net")] == [("c++",), (".net",)]
    assert indexed("The end.\nNet a+b") == "the end net a b"


@given(st.text("abz019 .,+#-'&/_()\"\n", max_size=40))
def test_the_short_way_for_plain_text_finds_the_same_words(text):
    words = indexed(text).split(" ")
    inner = words[: words.index(BREAK)] if BREAK in words else words
    slowly = indexed(f"{text} ж")  # a letter that is not ASCII takes the long way
    assert [word for word in inner if word] == slowly.split(f" {BREAK}")[0].split()[:-1]
