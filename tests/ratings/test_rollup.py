"""The roll-up of one Maßnahme and the distribution above it (DESIGN.md, section 4: rule 1 and „Roll-up of one Maßnahme“).

The shorthand of the tables: one word per unit, „lead“ or „a“, „b“ for contributing units, then its state, then the grade of the
submission that counts („-“ for one without a grade). No grade at all: nothing counts.
"""

from dataclasses import dataclass

import pytest

from ratings.rollup import Progress, Standing, UnitLine, category, distribution, progress, roll_up, standing
from ratings.scheme import Grade, Marker
from ratings.states import ReportState

S, P = Standing, Progress
STATES = {
    "offen": ReportState.OPEN,
    "entwurf": ReportState.DRAFT,
    "freigabe": ReportState.AWAITING_APPROVAL,
    "da": ReportState.SUBMITTED,
    "zurück": ReportState.RETURNED,
    "entfallen": ReportState.DROPPED,
    "vorgesehen": None,
}


def line(words: str, **markers: bool | None) -> UnitLine:
    name, state, *grade = words.split()
    return UnitLine(
        slug=name,
        name=name,
        short_name=name,
        is_lead=name == "lead",
        is_external=False,
        state=STATES[state],
        grade=Grade.parse(grade[0]) if grade and grade[0] != "-" else None,
        submission=1 if grade else None,
        **markers,
    )


def lines(text: str) -> list[UnitLine]:
    return [line(words) for words in text.split(", ") if words]


@dataclass(frozen=True)
class Said:
    """What is expected of one row of the table."""

    standing: Standing
    grade: str | None
    progress: Progress
    missing: str = ""
    grades: str = ""
    unanimous: bool = False


ROLLED = [
    ("", Said(S.NONE, None, P.NOBODY)),
    ("lead entfallen hoch", Said(S.NONE, None, P.DROPPED)),
    ("lead vorgesehen", Said(S.NONE, None, P.WAITING)),
    ("lead offen", Said(S.NONE, None, P.MISSING, "lead")),
    ("lead entwurf", Said(S.NONE, None, P.MISSING, "lead")),
    ("lead freigabe", Said(S.NONE, None, P.MISSING, "lead")),
    ("lead zurück", Said(S.NONE, None, P.MISSING, "lead")),
    ("lead da -", Said(S.NONE, None, P.REPORTED)),
    ("lead da unklar", Said(S.PROPOSAL, "unklar", P.UNANIMOUS, "", "unklar", True)),
    ("lead da hoch", Said(S.PROPOSAL, "hoch", P.UNANIMOUS, "", "hoch", True)),
    ("lead zurück hoch", Said(S.PROPOSAL, "hoch", P.INQUIRY, "", "hoch", True)),
    ("lead freigabe hoch", Said(S.PROPOSAL, "hoch", P.UNANIMOUS, "", "hoch", True)),
    ("lead da hoch, a da hoch", Said(S.PROPOSAL, "hoch", P.UNANIMOUS, "", "hoch", True)),
    ("lead da hoch, a da -", Said(S.PROPOSAL, "hoch", P.UNANIMOUS, "", "hoch", True)),
    ("lead da hoch, a offen", Said(S.PROPOSAL, "hoch", P.MISSING, "a", "hoch", True)),
    ("lead da hoch, a entwurf, b offen", Said(S.PROPOSAL, "hoch", P.MISSING, "a b", "hoch", True)),
    ("lead da hoch, a entfallen gering", Said(S.PROPOSAL, "hoch", P.UNANIMOUS, "", "hoch", True)),
    ("lead da hoch, a da gering", Said(S.DISPUTED, None, P.DECIDE, "", "hoch gering")),
    ("lead da hoch, a da unklar", Said(S.DISPUTED, None, P.DECIDE, "", "hoch unklar")),
    ("lead da hoch, a da gering, b offen", Said(S.DISPUTED, None, P.DECIDE, "b", "hoch gering")),
    ("lead da hoch, a zurück gering", Said(S.DISPUTED, None, P.INQUIRY, "", "hoch gering")),
    ("lead da -, a da hoch", Said(S.NONE, None, P.REPORTED, "", "hoch")),
    ("lead da -, a da gering, b da mittel", Said(S.DISPUTED, None, P.DECIDE, "", "mittel gering")),
    ("lead offen, a da hoch", Said(S.NONE, None, P.MISSING, "lead", "hoch")),
    ("lead entfallen hoch, a da gering", Said(S.NONE, None, P.REPORTED, "", "gering")),
    ("a da hoch, b da hoch", Said(S.NONE, None, P.REPORTED, "", "hoch")),
]


@pytest.mark.parametrize(("text", "said"), ROLLED, ids=[text or "nobody" for text, _ in ROLLED])
def test_roll_up(text: str, said: Said) -> None:
    units = lines(text)
    rolled = roll_up(units)
    assert standing(rolled, agreed=False, agreed_grade=None) == (said.standing, Grade.parse(said.grade))
    assert progress(rolled, units, agreed=False, recheck=False) == said.progress
    assert " ".join(unit.short_name for unit in rolled.missing) == said.missing
    assert " ".join(rolled.grades) == said.grades
    assert rolled.is_unanimous is said.unanimous
    assert rolled.unanimous_grade == (Grade(said.grades) if said.unanimous else None)
    assert rolled.is_disputed is (len(said.grades.split()) > 1)
    assert rolled.nobody_responsible is (said.progress in (P.NOBODY, P.DROPPED))


@pytest.mark.parametrize("text", [text for text, _ in ROLLED], ids=[text or "nobody" for text, _ in ROLLED])
@pytest.mark.parametrize(
    ("grade", "recheck", "stands", "goes"),
    [
        (Grade.MEDIUM, False, S.AGREED, P.AGREED),
        (Grade.MEDIUM, True, S.AGREED, P.RECHECK),
        (None, False, S.NOT_RATED, P.AGREED),
        (None, True, S.NOT_RATED, P.RECHECK),
    ],
    ids=["agreed", "agreed and outdated", "agreed not to rate", "agreed not to rate and outdated"],
)
def test_what_was_agreed_stands_above_every_roll_up(
    text: str, grade: Grade | None, recheck: bool, stands: Standing, goes: Progress
) -> None:
    units = lines(text)
    assert standing(roll_up(units), agreed=True, agreed_grade=grade) == (stands, grade)
    assert progress(roll_up(units), units, agreed=True, recheck=recheck) == goes


def test_markers_name_the_units_and_are_no_disagreement() -> None:
    rolled = roll_up(
        [
            line("lead da hoch", routine=True, influence=None),
            line("a da hoch", routine=True, conditions=True, influence=False),
            line("b entfallen hoch", continuation=True),
            line("c offen", continuation=True),
        ]
    )
    assert rolled.markers == {Marker.ROUTINE: ("lead", "a"), Marker.CONDITIONS: ("a",)}
    assert rolled.is_unanimous


@dataclass(frozen=True)
class Row:
    standing: Standing
    grade: Grade | None = None


def test_the_distribution_counts_and_never_averages() -> None:
    rows = [
        Row(S.AGREED, Grade.HIGH),
        Row(S.AGREED, Grade.HIGH),
        Row(S.PROPOSAL, Grade.HIGH),
        Row(S.PROPOSAL, Grade.UNCLEAR),
        Row(S.DISPUTED),
        Row(S.NOT_RATED),
        Row(S.NONE),
        Row(S.AGREED, Grade.LOW),
    ]
    shares = distribution(rows)
    assert [(share.value, share.count, share.agreed, share.proposed) for share in shares] == [
        ("hoch", 3, 2, 1),
        ("mittel", 0, 0, 0),
        ("gering", 1, 1, 0),
        ("unklar", 1, 0, 1),
        ("uneinig", 1, 0, 1),
        ("ohne", 2, 1, 1),
    ]
    assert [share.percent for share in shares] == [37.5, 0, 12.5, 12.5, 12.5, 25]
    assert [share.word for share in shares] == ["hoch", "mittel", "gering", "unklar", "uneinig", "nicht bewertet"]
    assert sum(share.count for share in shares) == len(rows)


def test_the_distribution_of_nothing_is_nothing() -> None:
    assert [(share.count, share.percent) for share in distribution([])] == [(0, 0.0)] * 6


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (Row(S.AGREED, Grade.UNCLEAR), "unklar"),
        (Row(S.PROPOSAL, Grade.LOW), "gering"),
        (Row(S.DISPUTED), "uneinig"),
        (Row(S.NOT_RATED), "ohne"),
        (Row(S.NONE), "ohne"),
    ],
)
def test_unklar_is_not_the_same_as_not_rated(row: Row, value: str) -> None:
    assert category(row) == value
