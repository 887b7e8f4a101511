"""A result in plain words: what is counted is said, what is zero is not, nothing is averaged."""

import pytest

from ratings.result_words import result_sentences
from ratings.rollup import Standing, distribution
from ratings.scheme import Grade


class Row:
    def __init__(self, grade: Grade | None) -> None:
        self.grade = grade
        self.standing = Standing.AGREED if grade else Standing.NONE


@pytest.mark.parametrize(
    ("grades", "sentences"),
    [
        ({}, []),
        ({None: 3}, ["Das Ergebnis nennt für keine der 3 Maßnahmen einen Zielerreichungsgrad."]),
        ({Grade.HIGH: 2}, ["Von 2 Maßnahmen haben 2 ihr Ziel in hohem Maß erreicht."]),
        ({Grade.UNCLEAR: 1}, ["Bei 1 ist unklar, wie weit das Ziel erreicht ist."]),
        (
            {Grade.HIGH: 65, Grade.MEDIUM: 37, Grade.LOW: 26, Grade.UNCLEAR: 3, None: 3},
            [
                "Von 134 Maßnahmen haben 65 ihr Ziel in hohem Maß erreicht, 37 in mittlerem Maß und 26 in geringem Maß.",
                "Bei 3 ist unklar, wie weit das Ziel erreicht ist.",
                "3 sind nicht bewertet.",
            ],
        ),
        ({Grade.LOW: 1, None: 1}, ["Von 2 Maßnahmen hat 1 ihr Ziel in geringem Maß erreicht.", "1 ist nicht bewertet."]),
    ],
)
def test_the_counts_in_words(grades: dict[Grade | None, int], sentences: list[str]) -> None:
    rows = [Row(grade) for grade, number in grades.items() for _ in range(number)]
    assert result_sentences(distribution(rows)) == sentences
