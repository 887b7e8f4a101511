"""The notation of the report's chapters: one table of texts and what they say."""

import time

import pytest

from ratings.blocks import Block, BlockKind, parse, plain, word_count


def heading(text: str, level: int = 1) -> Block:
    return Block(BlockKind.HEADING, text=text, level=level)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text=text)


def bullets(*items: str) -> Block:
    return Block(BlockKind.BULLETS, items=items)


def numbers(*items: str) -> Block:
    return Block(BlockKind.NUMBERS, items=items)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(" \n\t\n\n ", (), id="only space"),
        pytest.param("Ein Satz.", (paragraph("Ein Satz."),), id="paragraph"),
        pytest.param("Eins.\n\nZwei.", (paragraph("Eins."), paragraph("Zwei.")), id="blank line separates"),
        pytest.param("Eins.\n \n\n\nZwei.", (paragraph("Eins."), paragraph("Zwei.")), id="many blank lines"),
        pytest.param("Ein\nSatz.", (paragraph("Ein Satz."),), id="line end is a space"),
        pytest.param("Ein\r\nSatz.\r\n\r\nNoch einer.", (paragraph("Ein Satz."), paragraph("Noch einer.")), id="windows lines"),
        pytest.param("# Sprache", (heading("Sprache"),), id="heading"),
        pytest.param("## Kurse", (heading("Kurse", 2),), id="second level"),
        pytest.param("#### Kurse", (heading("Kurse", 2),), id="no third level"),
        pytest.param("  # Sprache  ", (heading("Sprache"),), id="space around"),
        pytest.param("# Sprache\nText.", (heading("Sprache"), paragraph("Text.")), id="heading ends with its line"),
        pytest.param("Text.\n# Sprache", (paragraph("Text."), heading("Sprache")), id="heading ends a paragraph"),
        pytest.param("#grenzenlos läuft", (paragraph("#grenzenlos läuft"),), id="hashtag is a word"),
        pytest.param("#", (paragraph("#"),), id="marker alone"),
        pytest.param("- a\n- b", (bullets("a", "b"),), id="bullets"),
        pytest.param("* a\n•\tb\n· c\n– d", (bullets("a", "b", "c", "d"),), id="bullets of Word"),
        pytest.param("- a\n\n- b", (bullets("a", "b"),), id="blank line within a list"),
        pytest.param("- a\n  geht weiter\n- b", (bullets("a geht weiter", "b"),), id="item over two lines"),
        pytest.param("- a\n\nText", (bullets("a"), paragraph("Text")), id="blank line ends a list"),
        pytest.param("Dazu:\n- a\n- b", (paragraph("Dazu:"), bullets("a", "b")), id="list right after a paragraph"),
        pytest.param("Das ist so\n– meistens", (paragraph("Das ist so – meistens"),), id="dash within a paragraph"),
        pytest.param("-35 Prozent", (paragraph("-35 Prozent"),), id="minus is a sign"),
        pytest.param("-", (paragraph("-"),), id="item without text"),
        pytest.param("1. a\n2. b", (numbers("a", "b"),), id="numbers"),
        pytest.param("1) a\n2) b", (numbers("a", "b"),), id="numbers with brackets"),
        pytest.param("1. a\n1. b\n3. c", (numbers("a", "b", "c"),), id="numbers are counted anew"),
        pytest.param("1. a\n3. c", (numbers("a 3. c"),), id="gap goes on with the item"),
        pytest.param("3. Oktober 2026", (paragraph("3. Oktober 2026"),), id="date at the start"),
        pytest.param("Bis zum\n30. Juni", (paragraph("Bis zum 30. Juni"),), id="date within"),
        pytest.param("2024. Danach", (paragraph("2024. Danach"),), id="year at the start"),
        pytest.param("- a\n1. b\n- c", (bullets("a"), numbers("b"), bullets("c")), id="kinds of lists do not mix"),
        pytest.param("**fett** <b>x</b> [a](b)", (paragraph("**fett** <b>x</b> [a](b)"),), id="nothing inside a line"),
        pytest.param("مرحبا بالعالم", (paragraph("مرحبا بالعالم"),), id="right to left"),
    ],
)
def test_text_says(text: str, blocks: tuple[Block, ...]) -> None:
    assert parse(text) == blocks


BLOCKS = (heading("Sprache"), paragraph("Zwei Kurse – mehr nicht (Ziel 9)."), bullets("Kita", "Schule"), numbers("eins"))


def test_plain_text_has_no_markers_but_those_of_lists() -> None:
    assert plain(BLOCKS) == "Sprache\n\nZwei Kurse – mehr nicht (Ziel 9).\n\n– Kita\n– Schule\n\n1. eins"
    assert plain(()) == ""


def test_words_are_what_the_reader_reads() -> None:
    assert word_count(BLOCKS) == 10
    assert word_count(()) == 0


@pytest.mark.parametrize(
    "text",
    ["a\n" * 200_000, "- a\n" * 100_000, "1. a\n" * 100_000, "#" * 1_000_000, "- " * 500_000, "# " * 500_000, " \n" * 500_000],
)
def test_huge_text_is_read_at_once(text: str) -> None:
    started = time.process_time()
    parse(text)
    assert time.process_time() - started < 2
