"""Text as it enters, is compared and is sorted: one table each."""

import pytest

from goals.text import clean_text, fold, sort_key


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        pytest.param("Straße, Übergänge – „so“", "Straße, Übergänge – „so“", id="German stays"),
        pytest.param("  vorn und hinten \n", "  vorn und hinten \n", id="blanks stay"),
        pytest.param("Tabulator\tbleibt\nZeile", "Tabulator\tbleibt\nZeile", id="tab and line end stay"),
        pytest.param("a\r\nb\rc\nd", "a\nb\nc\nd", id="line ends"),
        pytest.param("a\r\n\r\nb", "a\n\nb", id="empty line"),
        pytest.param("ein\u2028zwei\u2029drei", "ein\nzwei\ndrei", id="separators of Unicode are line ends"),
        pytest.param("vor\x00nach", "vornach", id="NUL"),
        pytest.param("a\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x85\x9fb", "ab", id="control characters"),
        pytest.param("\u202a\u202b\u202c\u202d\u202eabc\u2066\u2067\u2068\u2069", "abc", id="bidi overrides"),
        pytest.param("\ufeffAnfang\ufffe\uffff", "Anfang", id="byte order mark and noncharacters"),
        pytest.param("halb\ud800 ganz\udfff", "halb ganz", id="lone surrogates"),
        pytest.param("u\u0308ber", "über", id="composed"),
        pytest.param("=SUMME(A1)", "=SUMME(A1)", id="formula is text"),
        pytest.param("عربي 😀 👩‍👧", "عربي 😀 👩‍👧", id="other scripts and joined emoji stay"),
        pytest.param("", "", id="empty"),
    ],
)
def test_clean_text(entered: str, kept: str) -> None:
    assert clean_text(entered) == kept
    assert clean_text(kept) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÜBERGÄNGE", "übergänge"),
        ("Übergänge", "Ubergange"),
        ("u\u0308ber", "über"),
        ("STRASSE", "Straße"),
        ("ẞ", "ss"),
        ("Café", "CAFE"),
        ("ﬁnden", "FINDEN"),
        ("℡", "tel"),
        ("İstanbul", "istanbul"),
    ],
)
def test_fold_sees_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(fold(one)) == fold(one)


@pytest.mark.parametrize(("one", "other"), [("Bar", "Bär "), ("über", "ueber"), ("20.1", "20,1"), ("ß", "s")])
def test_fold_tells_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "in_order",
    [
        ["1", "2", "9", "10", "20", "89", "100"],
        ["M 1.1", "M 1.2", "M 1.10", "M 2.1", "M 10.1"],
        ["3", "3a", "3b", "4"],
        ["M 3.2", "M 3.2.1", "M 3.10"],
    ],
    ids=["numbers", "with a letter", "letter behind", "deeper"],
)
def test_numbers_sort_as_people_sort_them(in_order: list[str]) -> None:
    keys = [sort_key(number) for number in in_order]
    assert keys == sorted(set(keys))


def test_numbers_that_differ_have_different_keys() -> None:
    assert sort_key("M 3.2") == "M 000003.000002"
    assert len({sort_key(number) for number in ("1", "1a", "11", "1.1", "M 1")}) == 5
