"""The notation of the report's chapters: headings, paragraphs and lists in a plain text, and nothing inside a line. Pure.

A blank line ends a paragraph, a single line end within it is a space. „# “ and „## “ begin a heading of one line, „- “ an item
of a bulleted, „1. “ of a numbered list. Nothing is wrong: what is none of these is a paragraph.
"""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class BlockKind(enum.StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 or 2) or paragraph has `text`, a list has `items`; all of them one line without markup."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    items: tuple[str, ...] = ()


_HEADING = re.compile(r"(#+)\s+(\S.*)")
# „•“ and „·“ come from lists pasted out of Word.
_BULLET = re.compile(r"[-*•·]\s+(\S.*)")
# Begins an item only where no paragraph runs, in which it is a dash.
_DASH = re.compile(r"–\s+(\S.*)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(\S.*)")


@dataclass(slots=True)
class _Open:
    """A block that still grows: the lines of its text, or those of each item. Lists, so that a huge text is read in one go."""

    kind: BlockKind
    parts: list[list[str]]
    level: int = 0

    def closed(self) -> Block:
        texts = tuple(" ".join(lines) for lines in self.parts)
        if self.kind in (BlockKind.BULLETS, BlockKind.NUMBERS):
            return Block(self.kind, items=texts)
        return Block(self.kind, text=texts[0], level=self.level)


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of `text`. Every text is valid; only markers and the space around lines are left out."""
    found: list[_Open] = []
    interrupted = True
    for line in (line.strip() for line in text.split("\n")):
        if line:
            _add(found, line, interrupted=interrupted)
        interrupted = not line
    return tuple(block.closed() for block in found)


def _add(found: list[_Open], line: str, *, interrupted: bool) -> None:
    """Add `line` to the blocks. `interrupted`: a blank line or nothing stands before it."""
    last = found[-1] if found else None
    block = _begun(line, last, interrupted=interrupted)
    if block is None:
        found[-1].parts[-1].append(line)
    elif last and block.kind == last.kind and block.kind in (BlockKind.BULLETS, BlockKind.NUMBERS):
        last.parts += block.parts
    else:
        found.append(block)


def _begun(line: str, last: _Open | None, *, interrupted: bool) -> _Open | None:
    """Return the block that `line` begins, None if it goes on with the last one."""
    if heading := _HEADING.fullmatch(line):
        return _Open(BlockKind.HEADING, [[heading[2]]], level=min(len(heading[1]), 2))
    in_paragraph = not interrupted and last is not None and last.kind == BlockKind.PARAGRAPH
    if item := _BULLET.fullmatch(line) or (None if in_paragraph else _DASH.fullmatch(line)):
        return _Open(BlockKind.BULLETS, [[item[1]]])
    if (item := _NUMBER.fullmatch(line)) and _counts_on(int(item[1]), last):
        return _Open(BlockKind.NUMBERS, [[item[2]]])
    if interrupted or last is None or last.kind == BlockKind.HEADING:
        return _Open(BlockKind.PARAGRAPH, [[line]])
    return None


def _counts_on(number: int, last: _Open | None) -> bool:
    """A numbered list begins with 1 and goes on with the next number or 1: „3. Oktober“ at the start of a line is a date."""
    expected = len(last.parts) + 1 if last and last.kind == BlockKind.NUMBERS else 1
    return number in (1, expected)


def plain(blocks: Iterable[Block]) -> str:
    """Return the blocks as text without markers, but for the numbers and „–“ of lists: for counting, comparing and plain files."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks)


def _lines(block: Block) -> Iterator[str]:
    if block.kind == BlockKind.NUMBERS:
        yield from (f"{number}. {item}" for number, item in enumerate(block.items, start=1))
    elif block.kind == BlockKind.BULLETS:
        yield from (f"– {item}" for item in block.items)
    else:
        yield block.text


def one_line(text: str) -> str:
    """Return `text` on one line, without any marker at its start: what was written elsewhere becomes part of a paragraph."""
    while True:
        line = " ".join(text for block in parse(text) for text in (block.items or (block.text,)))
        if line == text:
            return line
        text = line


def word_count(blocks: Iterable[Block]) -> int:
    """Return how many words the reader reads; signs and numbers of lists are none."""
    texts = (text for block in blocks for text in (block.items or (block.text,)))
    return sum(1 for text in texts for word in text.split() if any(char.isalnum() for char in word))
