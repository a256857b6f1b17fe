"""
The text of a page, as far as an excerpt needs it: the first paragraph, or what stands before a mark, as plain words.

Blocks are told apart line by line, which is enough to find a paragraph; what is within one is read by markdown-it.
Only the beginning of a page is looked at, so a page of a megabyte costs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_REACH = 20_000  # characters of a page in which its first paragraph is looked for
_LONGEST = 2_000  # characters of a paragraph
_LONGEST_LINE = 2_000
_MOST_BRACKETS = 60
_MORE_BLOCKS = 40  # paragraphs before a mark

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?)(?:[ \t]+#+)?)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]+|$)")
_NO_TEXT = re.compile(
    r"[ \t]*(?:"
    r"\{\{[<%].*[>%]\}\}|\{%.*%\}|\{\{.*\}\}|\{:.*\}|\{\{?[#/].*"  # shortcodes, Liquid, attributes of kramdown
    r"|\[\[?_?toc_?\]?\]|:::.*|\[[^\]]+\]:[ \t]*\S+.*|\|.*"  # contents, containers, definitions, tables
    r")[ \t]*$",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:[ \t]*\S", re.MULTILINE)
_REFERENCE = re.compile(r"(!?)\[([^\[\]]{1,500})\](?:\[([^\[\]]{0,200})\])?(?![\[(])")
_MODULE = re.compile(r"(?:import|export)[ \t]+[\w{*\"']")
_TAG = re.compile(r" {0,3}</?([A-Za-z][\w.:-]*)")
_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>((?:[^<]|<(?!/?p[\s>/]))*)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|h[1-6])\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(
    r"\{\{[<%].{0,500}?[>%]\}\}|\{%.{0,500}?%\}|\{\{.{0,500}?\}\}|\{:.{0,200}?\}|\[\^[^\]\s]{1,60}\]"
)
_MARKUP = re.compile(r"[\\`*_\[\]<>!&~]")
_SIMPLE = (
    (re.compile(r"`([^`*_\[\]<>&\\!~\n]+)`"), r"\1"),
    (re.compile(r"(?<!!)\[([^\[\]]+)\]\([^()\s<>\\&]*\)"), r"\1"),
    (re.compile(r"(?<![\w*])\*\*([^\s*_](?:[^*_]*[^\s*_])?)\*\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w*])\*([^\s*_](?:[^*_]*[^\s*_])?)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_([^\s*_](?:[^*_]*[^\s*_])?)_(?![\w_])"), r"\1"),
)
_INLINE_TAGS = frozenset(
    ["a", "abbr", "b", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u"]
)


def first_paragraph(body: str, *, is_html: bool = False) -> str | None:
    """Return the first paragraph of a page as plain text; None when its beginning holds none."""
    return next(_paragraphs(body, _REACH, is_html=is_html), None)


def text_before(body: str, mark: re.Pattern[str], *, is_html: bool = False) -> str | None:
    """Return all paragraphs before a mark as one text; None when there is no mark, or no text before it."""
    found = mark.search(body)
    if found is None:
        return None
    pieces = []
    for piece in _paragraphs(body, min(found.start(), _REACH), is_html=is_html):
        pieces.append(piece)
        if len(pieces) >= _MORE_BLOCKS:
            break
    return " ".join(pieces) or None


def first_heading(body: str) -> str | None:
    """Return the text of the first `# heading`; None when there is none near the beginning."""
    for kind, text in _blocks(body[:_REACH]):
        if kind == "heading" and (title := plain(text)):
            return title
    return None


def plain(paragraph: str) -> str:
    """Return a paragraph's words without its markup."""
    text = paragraph[:_LONGEST]
    if "{" in text or "[^" in text:
        text = _INLINE_CODE.sub("", text)
    if _MARKUP.search(text) is None:
        return " ".join(text.split())
    if text.count("[") > _MOST_BRACKETS:
        text = text.replace("[", " ").replace("]", " ")  # looking for links takes a quadratic time
    if (simple := _of_simple_markup(text)) is not None:
        return simple
    pieces: list[str] = []
    for token in _parser().parseInline(text)[0].children or ():
        match token.type:
            case "text" | "code_inline" | "html_inline":
                pieces.append(token.content)
            case "softbreak" | "hardbreak":
                pieces.append(" ")
    return " ".join("".join(pieces).split())


def _of_simple_markup(text: str) -> str | None:
    """Return the words of a text with nothing but plain links, emphasis and code, which most paragraphs have at most.

    None when there is anything else, or any of these within another.
    """
    for form, kept in _SIMPLE:
        text = form.sub(kept, text)
    return None if _MARKUP.search(text) is not None else " ".join(text.split())


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("strikethrough")


def _paragraphs(body: str, length: int, *, is_html: bool) -> Iterator[str]:
    """Return the paragraphs in the first characters of a page, so many of them, as plain text."""
    text = body[:length]
    if is_html:
        without = _COMMENT.sub("", text)
        chunks = [found[1] for found in _PARAGRAPH.finditer(without)] or re.split(r"\n[ \t]*\n", without)
        for chunk in chunks:
            words = " ".join(_INLINE_CODE.sub("", chunk[:_LONGEST]).split())
            if re.search(r"\w", _ANY_TAG.sub("", _UNSEEN.sub("", words))):
                yield words
        return
    for kind, block in _blocks(text):
        if kind == "paragraph" and (words := plain(_without_references(block, body))) and re.search(r"\w", words):
            yield words


def _without_references(paragraph: str, body: str) -> str:
    """Return a paragraph with the words of its links alone where their addresses stand elsewhere in the page.

    Source: https://spec.commonmark.org/0.31.2/#reference-link
    """
    if "[" not in paragraph or "]:" not in body:
        return paragraph
    labels = {_label(one) for one in _DEFINITION.findall(body)}

    def words(found: re.Match[str]) -> str:
        picture, text, label = found.groups()
        if _label(label or text) not in labels:
            return found[0]
        return "" if picture else text

    return _REFERENCE.sub(words, paragraph) if labels else paragraph


def _label(text: str) -> str:
    return " ".join(text.casefold().split())


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Return headings and paragraphs in their order. What is neither is passed over."""
    if "<!--" in text:
        text = _COMMENT.sub("\n", text)
    lines = iter([line[:_LONGEST_LINE] for line in text.split("\n")])
    paragraph: list[str] = []
    for line in lines:
        if not line.strip():
            if paragraph:
                yield "paragraph", "\n".join(paragraph)
                paragraph = []
            continue
        if paragraph and (under := _UNDERLINE.match(line)) is not None:
            yield "heading" if under[1][0] == "=" or len(paragraph) == 1 else "paragraph", "\n".join(paragraph)
            paragraph = []
            continue
        fence = _FENCE.match(line)
        heading = _HEADING.match(line) if fence is None else None
        if (fence or heading) and paragraph:
            yield "paragraph", "\n".join(paragraph)
            paragraph = []
        if fence is not None:
            for inner in lines:
                if inner.strip().startswith(fence[1]):
                    break
        elif heading is not None:
            yield "heading", heading[2] or ""
        elif paragraph:
            paragraph.append(line.strip())
        elif _is_passed_over(line):
            if _is_block(line):
                block = [line]
                for inner in lines:
                    if not inner.strip():
                        break
                    block.append(inner)
                yield from _html_paragraphs("\n".join(block))
        else:
            paragraph.append(line.strip())
    if paragraph:
        yield "paragraph", "\n".join(paragraph)


def _html_paragraphs(block: str) -> Iterator[tuple[str, str]]:
    """Return the paragraphs of a block of HTML that begins with one, as pages have them that came from a database."""
    begins = _TAG.match(block)
    if begins is not None and begins[1].lower() == "p":
        for found in _PARAGRAPH.finditer(block):
            if re.search(r"\w", _ANY_TAG.sub("", found[1])):
                yield "paragraph", found[1]


def _is_passed_over(line: str) -> bool:
    if line.startswith(("    ", "\t")) or _RULE.match(line) or _ITEM.match(line) or _NO_TEXT.match(line):
        return True
    return _is_block(line) or line.startswith(">")


def _is_block(line: str) -> bool:
    """Return whether a line begins what goes on to the next blank line: a list, HTML, a module's statement."""
    if _ITEM.match(line) or _MODULE.match(line) or line.startswith((">", "|")):
        return True
    tag = _TAG.match(line)
    return tag is not None and tag[1] not in _INLINE_TAGS
