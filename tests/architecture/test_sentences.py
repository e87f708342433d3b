# SPDX-License-Identifier: Apache-2.0
"""Docstrings and comments are short sentences: at most 20 words each."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.architecture.test_modules import ROOT, is_by_hand, tracked

WORDS_MAX = 20
# What is no prose: licence lines, and words to checkers.
MARKS = re.compile(r"\s*(?:SPDX-License-Identifier|noqa|type: ignore|pragma|eslint-|@ts-|!)")
# A mark within a text would count too; to read a file's tokens takes ten times as long.
PYTHON_COMMENT = re.compile(r"(?:^|\s)#(.*)$")
SQL_COMMENT = re.compile(r"^[ \t]*--(.*)$")
SCRIPT_COMMENT = re.compile(r"/\*(.*?)\*/|^[ \t]*//(.*)$", re.DOTALL | re.MULTILINE)
# What a sentence ends before: a blank line, an item of a list, a tag of JSDoc.
PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?=[-*@] ?\w|\d\. )|(?=@\w)")
SENTENCE = re.compile(r"(?<=[.!?;:])[)\"'`*]*\s+")
# A name, a line of code or a command between backticks is one word.
QUOTED = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)


class Prose(NamedTuple):
    """A docstring, or comment lines that belong together, and the line where it begins."""

    line: int
    text: str


def blocks(lines: Iterator[tuple[int, str]]) -> Iterator[Prose]:
    """Join comments on lines that follow each other."""
    first, last, texts = 0, 0, list[str]()
    for number, text in lines:
        if texts and number != last + 1:
            yield Prose(first, "\n".join(texts))
            texts = []
        if not texts:
            first = number
        last = number
        texts.append("" if MARKS.match(text) else text)
    if texts:
        yield Prose(first, "\n".join(texts))


def of_python(source: str) -> Iterator[Prose]:
    """Return the docstrings and comments of a module; a text that stands as a statement is a docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if isinstance(value, str):
                yield Prose(node.lineno, value)
    yield from comments(PYTHON_COMMENT, source)


def comments(pattern: re.Pattern[str], source: str) -> Iterator[Prose]:
    """Return the comments that end with their line."""
    numbered = enumerate(source.splitlines(), 1)
    return blocks((number, match[1]) for number, line in numbered if (match := pattern.search(line)))


def of_sql(source: str) -> Iterator[Prose]:
    """Return the comments that have lines of their own."""
    return comments(SQL_COMMENT, source)


def of_script(source: str) -> Iterator[Prose]:
    """Return the comments between marks, and those that have lines of their own."""
    singles = []
    for match in SCRIPT_COMMENT.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        if match[1] is None:
            singles.append((line, match[2]))
        else:
            yield Prose(line, re.sub(r"^\s*\*+ ?", "", match[1], flags=re.MULTILINE))
    yield from blocks(iter(singles))


READERS = {
    ".py": of_python,
    ".sql": of_sql,
    ".js": of_script,
    ".mjs": of_script,
    ".ts": of_script,
    ".css": of_script,
}


def sentences(prose: str) -> Iterator[str]:
    """Cut prose where a sentence, a clause behind a semicolon or colon, a paragraph or an item ends."""
    for paragraph in PARAGRAPH.split(QUOTED.sub("code", prose)):
        yield from SENTENCE.split(paragraph)


def word_count(sentence: str) -> int:
    """Count what has a letter or a digit."""
    return sum(1 for word in sentence.split() if re.search(r"\w", word))


@pytest.mark.parametrize("suffix", READERS)
def test_a_sentence_has_few_words(suffix: str) -> None:
    """Who reads a reason needs not hold half of it in mind."""
    long = [
        f"{path.relative_to(ROOT)}:{prose.line} {word_count(sentence)} {' '.join(sentence.split())}"
        for path in tracked(f"*{suffix}")
        if is_by_hand(path)
        for prose in READERS[suffix](path.read_text())
        for sentence in sentences(prose.text)
        if word_count(sentence) > WORDS_MAX
    ]

    assert [] == long, f"sentences of more than {WORDS_MAX} words: place, count, sentence"


@pytest.mark.parametrize(
    ("suffix", "source"),
    [
        (".py", '"""{}"""\n'),
        (".py", "x = 1\n# {}\n"),
        (".py", "x = 1  # {}\n"),
        (".sql", "SELECT 1\n-- {}\n"),
        (".js", "// {}\n"),
        (".js", "/** {}\n * @param {{number}} count\n */\n"),
    ],
)
def test_a_long_sentence_is_found(suffix: str, source: str) -> None:
    """In each place where prose may stand, over the ends of lines."""
    for count in (WORDS_MAX, WORDS_MAX + 1):
        found = [
            word_count(sentence)
            for prose in READERS[suffix](source.format("word " * count))
            for sentence in sentences(prose.text)
        ]

        assert count in found
