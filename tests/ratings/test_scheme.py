"""The rating scheme: every value has its own word, symbol, shape and colour (DESIGN.md, section 3; the report, section 2)."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from ratings import scheme
from ratings.scheme import Grade, Marker
from tests.ratings.colours import DEFICIENCIES, JUST_SEEN, THEMES, contrast, least_difference, lightness, on_screen

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


@pytest.mark.parametrize("grade", Grade)
def test_files_have_the_colours_of_the_screen(grade: Grade) -> None:
    for in_file, token in ((grade.fill, grade.shape), (grade.contour, f"{grade.shape}-line")):
        values = [int(in_file[at : at + 2], 16) for at in (0, 2, 4)]
        shown = on_screen(token)
        assert all(abs(one - other) <= 2 for one, other in zip(values, shown, strict=True)), (token, values, shown)


CONTOURS = [f"{grade.shape}-line" for grade in Grade] + ["ohne-line"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", CONTOURS)
def test_a_contour_stands_out_from_the_ground(token: str, theme: str) -> None:
    """WCAG 2.2, 1.4.11: graphical objects have 3:1; the contour alone, so also where the filling is pale."""
    assert contrast(token, "ground", theme) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_are_readable_on_their_filling(theme: str) -> None:
    """WCAG 2.2, 1.4.3: the colours of `.chart__on-…` in static/css/ampel.css."""
    for shape, ink in (("hoch", "kern-color-neutral-950"), ("mittel", "kern-color-neutral-950"), ("gering", "on-shape")):
        assert contrast(shape, ink, theme) >= 4.5, shape
    assert contrast("unklar", "on-shape", theme) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_lightness_tells_the_grades_apart_in_greyscale(theme: str) -> None:
    """In this order and each step three times what one just sees: also in bars, where no shape fits. Files have the colours of „light“."""
    steps = [lightness(grade.shape, theme) for grade in (Grade.MEDIUM, Grade.HIGH, Grade.UNCLEAR, Grade.LOW)]
    assert [one - other >= 3 * JUST_SEEN for one, other in pairwise(steps)] == [True] * 3, steps


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colour_blind_people_see_four_colours(deficiency: str, theme: str) -> None:
    """The shapes differ anyway; the fillings of bars, where no shape fits, still differ by four times what one just sees."""
    assert least_difference(deficiency, [grade.shape for grade in Grade], theme) >= 0.08


def test_every_shape_is_in_the_sprite_filled_and_outlined() -> None:
    sprite = Path(settings.BASE_DIR, "static/img/ampel.svg").read_text(encoding="utf-8")
    drawn = dict(re.findall(r'<symbol id="([^"]+)"[^>]*>\s*(.*?)\s*</symbol>', sprite, re.DOTALL))
    names = [f"ampel-{grade.shape}{end}" for grade in Grade for end in ("", "-v")]
    names += [f"ampel-{scheme.NOT_RATED_SHAPE}", f"ampel-{scheme.DISPUTED_SHAPE}", *(m.icon for m in Marker if m.icon)]
    assert set(names) <= set(drawn)
    assert len({drawn[name] for name in names}) == len(names)
    # Colours come from outside alone, so that dark ground and forced colours reach them.
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', "".join(drawn[name] for name in names))) == {
        *("none", "currentColor", "var(--ampel-fill, currentColor)", "var(--ampel-cut, #fff)")
    }


@pytest.mark.parametrize(("value", "grade"), [(None, None), ("", None), ("hoch", Grade.HIGH), (Grade.LOW, Grade.LOW)])
def test_parse(value: object, grade: Grade | None) -> None:
    assert Grade.parse(value) is grade


@pytest.mark.parametrize("value", ["Hoch", "grün", "≠", 0, "nicht bewertet"])
def test_parse_refuses_what_is_no_grade(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Grade"):
        Grade.parse(value)
