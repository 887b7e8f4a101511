"""The rating scheme: every value has its own word, symbol, shape and colour (DESIGN.md, section 3; the report, section 2)."""

import re
from math import cos, radians, sin
from pathlib import Path

import pytest
from django.conf import settings

from ratings import scheme
from ratings.scheme import Grade, Marker

GRADES = [
    (Grade.HIGH, "hoch", 3),
    (Grade.MEDIUM, "mittel", 2),
    (Grade.LOW, "gering", 1),
    (Grade.UNCLEAR, "unklar", None),
]
MARKERS = [
    (Marker.MANDATORY, "P", "Pflichtaufgabe"),
    (Marker.ROUTINE, "R", "Routine"),
    (Marker.CONTINUE, "➔", "Weiterführungsbedarf"),
    (Marker.INFLUENCE, "↗", "Zuständigkeit bzw. kommunale Einflussmöglichkeit fraglich"),
    (Marker.CONDITIONS, "□", "Veränderte Rahmenbedingungen"),
]


def test_there_are_four_grades_in_order() -> None:
    assert [(grade, grade.word, grade.rank) for grade in Grade] == GRADES
    assert [grade.value for grade in Grade] == [word for _, word, _ in GRADES]


def test_there_are_five_markers_and_one_is_not_voted_on() -> None:
    assert [(marker, marker.symbol, marker.word) for marker in Marker] == MARKERS
    assert set(Marker) - set(Marker.voted()) == {Marker.MANDATORY}
    assert all(marker.hint for marker in Marker)


def test_colour_is_never_the_only_carrier() -> None:
    words = [grade.word for grade in Grade] + [scheme.NOT_RATED_WORD, scheme.DISPUTED_WORD]
    symbols = [grade.symbol for grade in Grade] + [scheme.NOT_RATED_SYMBOL, scheme.DISPUTED_SYMBOL]
    shapes = [grade.shape for grade in Grade] + [scheme.NOT_RATED_SHAPE, scheme.DISPUTED_SHAPE]
    assert [len(set(values)) for values in (words, symbols, shapes)] == [6, 6, 6]
    assert all(len(symbol) == 1 for symbol in symbols)
    assert len({grade.fill for grade in Grade}) == 4
    assert all(grade.criterion for grade in Grade)


def brightness(grade: Grade) -> float:
    red, green, blue = (int(grade.fill[at : at + 2], 16) for at in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_in_greyscale_mittel_is_the_lightest_and_gering_the_darkest() -> None:
    assert sorted(Grade, key=brightness)[-1] == Grade.MEDIUM
    assert sorted(Grade, key=brightness)[0] == Grade.LOW


def light_colour(shape: str) -> list[int]:
    """The colour of `--<shape>` in the light theme as red, green and blue: tokens.css, where it names KERN's, and oklch to sRGB."""
    tokens = Path(settings.BASE_DIR, "static/css/tokens.css").read_text(encoding="utf-8")
    kern = Path(settings.BASE_DIR, "node_modules/@kern-ux/native/dist/kern.css").read_text(encoding="utf-8")
    value = re.search(rf"--{shape}: light-dark\(((?:var|oklch)\([^)]*\))", tokens)
    assert value
    text = value[1]
    if text.startswith("var"):
        named = re.search(rf"{text[4:-1]}: ([^;]*)", kern)
        assert named
        text = named[1]
    lightness, chroma, hue = (float(number) for number in re.findall(r"[\d.]+", text))
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long, middle, short = (
        (lightness / 100 + x * a + y * b) ** 3
        for x, y in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    )
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    clipped = [min(1.0, max(0.0, value)) for value in linear]
    return [round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)) for v in clipped]


@pytest.mark.parametrize("grade", Grade)
def test_files_have_the_colours_of_the_screen(grade: Grade) -> None:
    in_files = [int(grade.fill[at : at + 2], 16) for at in (0, 2, 4)]
    on_screen = light_colour(grade.shape)
    assert all(abs(one - other) <= 2 for one, other in zip(in_files, on_screen, strict=True)), (in_files, on_screen)


@pytest.mark.parametrize(("value", "grade"), [(None, None), ("", None), ("hoch", Grade.HIGH), (Grade.LOW, Grade.LOW)])
def test_parse(value: object, grade: Grade | None) -> None:
    assert Grade.parse(value) is grade


@pytest.mark.parametrize("value", ["Hoch", "grün", "≠", 0, "nicht bewertet"])
def test_parse_refuses_what_is_no_grade(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Grade"):
        Grade.parse(value)
