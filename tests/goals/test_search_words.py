"""Words of texts and questions: which question finds which text (issue 5, point 5)."""

import re
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.models import Goal
from goals.search_words import MOST_WORDS, WORD_LENGTH, Piece, column_text, excerpt, marked, select, stems_of
from tests import factories as make


def finds(question: str, text: str) -> bool:
    """As the database compares: LIKE '% stem%' for every word of the question."""
    column, stems = column_text(text), stems_of(question)
    return bool(stems) and all(f" {stem}" in column for stem in stems)


FOUND = [
    ("Sprachkurse", "Sprachkurs"),
    ("Sprachkursen", "Sprachkurs"),
    ("Sprachkurs", "Die Sprachkurse laufen."),
    ("Sprachkurses", "Sprachkursen"),
    ("sprachk", "Sprachkursangebote"),
    ("übergänge", "ÜBERGÄNGE"),
    ("Übergang", "Übergänge gestalten"),
    ("uebergaenge", "Übergänge"),
    ("Übergänge", "Uebergaenge"),
    ("u\u0308berga\u0308nge", "Übergänge"),
    ("Straße", "Strassen"),
    ("STRASSE", "Straße"),
    ("Ämter", "Amt für Bildung"),
    ("Amt", "Ämter"),
    ("Häuser", "Haus der Bildung"),
    ("Frau", "Frauen"),
    ("Kinder", "Kind"),
    ("Kindern", "Kinder"),
    ("Jahren", "Jahr"),
    ("Prozesse", "Prozess"),
    ("neue Steuer", "Neuen Steuern"),
    ("Quelle", "Quellen"),
    ("Bauern", "Bauer"),
    ("Schülerinnen", "Schüler*innen"),
    ("Schüler", "Schüler:innen"),
    ("Schüler*innen", "Schülerinnen"),
    ("Lehrerinnen", "Lehrer/-innen"),
    ("Schutzsuchende", "Schutz-\nsuchende"),
    ("Schutzsuchende", "Schutz\u00adsuchende"),
    ("Integrationsarbeit", "Migrations-\r\nund Integrationsarbeit"),
    ("Migration", "Migrations-\nund Integrationsarbeit"),
    ("Email", "E-Mail"),
    ("E-Mail", "E-Mails"),
    ("Know-how", "Stiftungs-Know-how"),
    ("2022", "bis 31.12.2022"),
    ("31.12.", "bis 31.12.2022"),
    ("37,5", "37,5 %"),
    ("37.5", "37,5 %"),
    ("SGB II", "Rechtskreiswechsel AsylbLG - SGB II"),
    ("SGB2", "SGB 2"),
    ("20.1", "siehe Maßnahme 20.1"),
    ("VHS kurs", "Kurse der VHS"),
    ("a kurs", "Kurse"),
    ("مرحبا", "قال مرحبا"),
    ("kurs 😀", "Kurse"),
]
NOT_FOUND = [
    ("kurs", "Sprachkurs"),  # from the beginning of a word
    ("Haus", "Hauptschule"),
    ("Plan", "Plakat"),
    ("Straße", "Strafe"),
    ("Sprachkurse", "Sprache"),
    ("VHS Kurs", "Kurse"),  # all words
    ("20.1", "20.2"),
    ("202", "20.2"),
    ("migrationsund", "Migrations-\nund Integrationsarbeit"),
    ("", "Kurs"),
    ("   ", "Kurs"),
    ("%", "100 %"),
    ("_", "a_b"),
    ("'\"\\;--", "Kurs"),
    ("\x00\x07", "Kurs"),
    ("😀", "😀"),
    ("\u202e", "Kurs"),
]


@pytest.mark.parametrize(("question", "text"), FOUND)
def test_found(question: str, text: str) -> None:
    assert finds(question, text)
    assert select([text], question, lambda text: ("7.1", text)) == [text], "a list in memory answers the same"


@pytest.mark.parametrize(("question", "text"), NOT_FOUND)
def test_not_found(question: str, text: str) -> None:
    assert not finds(question, text)
    if question.strip():
        assert select([text], question, lambda text: ("7.1", text)) == []


MEASURES = {
    "2.1": "Übergänge gestalten",
    "20.1": "Sprachkurs bis 2027",
    "20.2": "Kurse seit 2019",
    "M 3.2": "Sprachkurs für 20 Eltern",
    "120.1": "Maßnahmen",
    "": "Frist bis 20.12.2027",
}
SELECTED = [
    ("", list(MEASURES)),
    (" \t", list(MEASURES)),
    ("Sprachkursen", ["20.1", "M 3.2"]),
    ("uebergaenge", ["2.1"]),
    ("20", ["20.1", "20.2"]),  # neither „20 Eltern“ nor „bis 2027“
    ("20.", ["20.1", "20.2"]),
    ("20.1", ["20.1"]),
    ("Ziel 20", ["20.1", "20.2"]),
    ("Nr 20.2", ["20.2"]),
    ("maßnahme 20.1", ["20.1"]),
    ("2", ["2.1"]),
    ("M 3.2", ["M 3.2"]),
    ("m3", ["M 3.2"]),
    ("3.2", ["M 3.2"]),
    ("3", ["M 3.2"]),
    ("2027", ["20.1", ""]),  # no Maßnahme has this number
    ("12.2027", [""]),
    ("20 sprachkurs", ["20.1", "M 3.2"]),  # beside a word it is a number or begins one in the text
    ("20.1 eltern", []),
    ("20.3", []),
    ("kurs 2019", ["20.2"]),
    ("%", []),
]


@pytest.mark.parametrize(("question", "numbers"), SELECTED, ids=[question for question, _ in SELECTED])
def test_a_list_of_measures(question: str, numbers: list[str]) -> None:
    assert [number for number, _ in select(MEASURES.items(), question, lambda item: item)] == numbers


COLUMNS = [
    ((), ""),
    (("", ""), ""),
    (("Kurse der VHS, Kurs",), " kurs der vhs"),
    (("Kurse", "KURS"), " kurs"),
    (("a%b_c'd\"e",), " a b c d e"),
    (("bis 31.12.2022",), " bis 31.12.2022 12.2022 2022"),
    (("E-Mail",), " e mail email"),
    (("ﷺ km²",), " صلىاللهعليهوسلم km2"),
]


@pytest.mark.parametrize(("texts", "column"), COLUMNS)
def test_the_column(texts: tuple[str, ...], column: str) -> None:
    assert column_text(*texts) == column


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("M 3.2", ["3.2"]),
        ("m", ["m"]),
        ("Kurs Kurse kurs", ["kurs"]),
        ("x" * 10_000, ["x" * WORD_LENGTH]),
        (" ".join(f"wort{number}" for number in range(100)), None),
    ],
)
def test_the_words_of_a_question(question: str, stems: list[str] | None) -> None:
    found = stems_of(question)
    assert len(found) <= MOST_WORDS
    assert stems is None or found == stems


@given(st.text(max_size=300))
def test_any_text_makes_plain_words(text: str) -> None:
    """What reaches LIKE has no sign that means something to it, and every word of a text finds that text."""
    column = column_text(text)
    assert not re.search(r"[%_\\'\"\x00-\x1f]", column)
    assert column == "" or column[0] == " "
    assert len(set(column.split(" ")[1:])) == len(column.split(" ")[1:])
    assert all(f" {stem}" in column for stem in stems_of(text))


@given(st.from_regex(r"[a-zäöüß]{4,20}", fullmatch=True), st.sampled_from(["", "e", "en", "er", "es", "n", "s"]))
def test_endings_make_no_difference(word: str, ending: str) -> None:
    """A word finds itself with any ending. (A doubled s is no ending; „ae“ reads as an umlaut, which shortens the word.)"""
    if not (word.endswith(("s", "ß")) and ending == "s") and not re.search("[aouäöü]e", word + ending):
        assert finds(word, word + ending)
        assert finds(word + ending, word)


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "en" * 50_000, "a-" * 50_000, "ab-\n" * 25_000, "1." * 50_000, "a*innen" * 15_000]
)
def test_endless_text_is_read_in_no_time(text: str) -> None:
    assert len(column_text(text)) < 300_000
    assert excerpt(text, stems_of("en"))


def test_marked_words() -> None:
    assert marked("Die Sprachkurse, der Kurs.", stems_of("sprachkurs KURSE")) == [
        Piece("Die ", False),
        Piece("Sprachkurse", True),
        Piece(", der ", False),
        Piece("Kurs", True),
        Piece(".", False),
    ]
    assert marked("<b>Kurs</b>", ["kurs"]) == [Piece("<b>", False), Piece("Kurs", True), Piece("</b>", False)]
    assert marked("", ["kurs"]) == []
    assert marked("am 31.12.2022", ["2022"]) == [Piece("am ", False), Piece("31.12.2022", True)]


def test_an_excerpt_shows_the_hit_and_cuts_between_words() -> None:
    text = "Anfang des Textes. " * 30 + "Hier\nsteht der Sprachkurs mitten darin. " + "Ende des Textes. " * 30
    pieces = excerpt(text, stems_of("Sprachkurse"))
    whole = "".join(piece.text for piece in pieces)
    assert [piece.text for piece in pieces if piece.is_hit] == ["Sprachkurs"]
    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert "Hier steht der Sprachkurs mitten darin." in whole
    assert len(whole) < 230
    assert set(whole.strip("… ").split()) <= set(text.split())


@pytest.mark.parametrize(
    ("text", "shown"), [("Kurz.", "Kurz."), ("", ""), ("Wort " * 100, "Wort " * 43 + "Wort …"), ("x" * 400, "x" * 220 + " …")]
)
def test_an_excerpt_without_a_hit_is_the_beginning(text: str, shown: str) -> None:
    assert "".join(piece.text for piece in excerpt(text, ["kurs"])) == shown


@pytest.mark.django_db
def test_the_migration_fills_the_columns_as_the_code_does() -> None:
    texts = {make.goal(text=text).pk: text for _, text in FOUND}
    Goal.objects.update(search="")
    import_module("goals.migrations.0004_search").fill_column(Goal, ("text",))
    assert dict(Goal.objects.values_list("pk", "search")) == {pk: column_text(text) for pk, text in texts.items()}
