"""What changed between two texts, word by word."""

import re
import time

import pytest

from ratings.differences import Kind, Piece, condensed, differences, has_changed, render

# before, after, what is shown: [-removed-] and {+added+}
TABLE = [
    ("both empty", "", "", ""),
    ("only white space", " \n", "", ""),
    ("equal", "Der Kurs läuft.", "Der Kurs läuft.", "Der Kurs läuft."),
    ("equal but for white space", "Der  Kurs\nläuft.", "Der Kurs läuft. ", "Der Kurs läuft."),
    ("all new", "", "Ein Kurs.", "{+Ein Kurs.+}"),
    ("all gone", "Ein Kurs.", "", "[-Ein Kurs.-]"),
    ("a word in between", "Der Kurs läuft.", "Der neue Kurs läuft.", "Der {+neue +}Kurs läuft."),
    ("a word less", "Der neue Kurs läuft.", "Der Kurs läuft.", "Der [-neue -]Kurs läuft."),
    ("another word", "Der Kurs endet im Mai.", "Der Kurs endet im Juni.", "Der Kurs endet im [-Mai-]{+Juni+}."),
    ("umlauts are letters", "Die Übergänge fehlen.", "Die Überhänge fehlen.", "Die [-Übergänge -]{+Überhänge +}fehlen."),
    ("one way of writing an umlaut", "für Großstädte", "fu\u0308r Großsta\u0308dte", "für Großstädte"),
    ("punctuation alone", "Es läuft, endlich.", "Es läuft; endlich!", "Es läuft[-, -]{+; +}endlich[-.-]{+!+}"),
    ("a hyphenated word is one", "ein Mutter-Kind-Kurs", "ein Vater-Kind-Kurs", "ein [-Mutter-Kind-Kurs-]{+Vater-Kind-Kurs+}"),
    ("a number is one word", "1.200 von 12,5", "1.300 von 12,5", "[-1.200 -]{+1.300 +}von 12,5"),
    ("capitals count", "der Landkreis", "Der Landkreis", "[-der -]{+Der +}Landkreis"),
    ("a lone short word is no anchor", "alt und gering viel", "neu und hoch viel", "[-alt und gering -]{+neu und hoch +}viel"),
    ("a lone number is one", "alt 15 gering viel", "neu 15 hoch viel", "[-alt -]{+neu +}15 [-gering -]{+hoch +}viel"),
]  # fmt: skip


def marked(pieces: tuple[Piece, ...]) -> str:
    signs = {Kind.KEPT: "{}", Kind.ADDED: "{{+{}+}}", Kind.REMOVED: "[-{}-]"}
    return "".join(signs[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(("before", "after", "shown"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_words(before: str, after: str, shown: str) -> None:
    pieces = differences(before, after)
    assert marked(pieces) == shown
    assert has_changed(before, after) == any(piece.kind is not Kind.KEPT for piece in pieces)


@pytest.mark.parametrize("count", [10, 900, 1500, 40_000], ids=lambda count: f"{count} words")
@pytest.mark.parametrize("separator", [" ", ". Absatz\n"])
def test_a_long_text_is_compared_in_time_and_loses_nothing(count: int, separator: str) -> None:
    before = separator.join(f"wort{number % 97}" for number in range(count))
    after = separator.join(f"wort{number % 97}" if number % 50 else "neu" for number in range(count))
    begun = time.monotonic()
    pieces = differences(before, after)
    assert time.monotonic() - begun < 10
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.REMOVED).split() == after.split()
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.ADDED).split() == before.split()
    assert {piece.kind for piece in pieces} >= {Kind.REMOVED, Kind.ADDED}


def test_a_huge_text_with_one_new_line_shows_just_that() -> None:
    lines = [f"Absatz {number} über die Kurse im Landkreis." for number in range(2000)]
    pieces = differences("\n".join(lines), "\n".join([*lines[:1000], "Ganz neu.", *lines[1000:]]))
    assert [piece.text.strip() for piece in pieces if piece.kind is not Kind.KEPT] == ["Ganz neu."]


def test_long_kept_stretches_are_cut() -> None:
    words = " ".join(f"w{number}" for number in range(100))
    shown = condensed(differences(f"alt {words} mitte {words}", f"neu {words} Mitte {words}"), around=2)
    assert marked(shown) == "[-alt -]{+neu +}w0 w1 […] w98 w99 [-mitte -]{+Mitte +}w0 w1 […] "
    assert condensed(differences(words, words)) == differences(words, words)


def test_rendered_with_elements_and_words_and_escaped() -> None:
    html = render(differences("Plätze <b>fehlen</b> & alt", "Plätze <b>fehlen</b> & neu"))
    assert html == (
        "Plätze &lt;b&gt;fehlen&lt;/b&gt; &amp; "
        '<del><span class="kern-sr-only"> gestrichen: </span>alt<span class="kern-sr-only"> Ende gestrichen </span></del> '
        '<ins><span class="kern-sr-only"> neu: </span>neu<span class="kern-sr-only"> Ende neu </span></ins>'
    )
    assert "<script>" not in render(differences("", "<script>alert(1)</script>"))
    assert re.search(r"</del> <ins>", render(differences("eins", "zwei")))
