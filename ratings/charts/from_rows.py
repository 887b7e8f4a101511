"""Charts of ratings, made from the rows of the Anhang and nothing else. Pure functions.

Rule 1 of DESIGN.md, section 4: everything above a Maßnahme gets counts and percent of what is shown, never a grade or an average.
A Kennzeichen that is nicht überliefert is counted on its own and never as „nein“ (section 3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ratings.appendix import Appendix, AppendixRow
from ratings.charts.parts import NOT_SET, SET, UNKNOWN, UNTOLD, Bar, BarChart, Key, Part
from ratings.documents.evaluation_tables import marker_counts
from ratings.rollup import DISPUTED_VALUE, UNRATED_VALUE, Share, distribution
from ratings.scheme import Grade, Marker

DISTRIBUTION: Final = "verteilung"
COURSE: Final = "verlauf"
MARKERS: Final = "kennzeichen"
_MEASURES: Final = ("Maßnahme", "Maßnahmen")
_FILLED: Final = "Gefüllt ist abgestimmt, umrandet ist Vorschlag."
_ALL: Final = "Alle Maßnahmen"


@dataclass(frozen=True, slots=True)
class FieldShares:
    """One Handlungsfeld and how its Maßnahmen are rated; position 0 stands for all of them together."""

    position: int
    title: str
    shares: tuple[Share, ...]


def field_shares(rows: Sequence[AppendixRow]) -> list[FieldShares]:
    """Return the distribution of every Handlungsfeld of `rows`, which stand in the order of the Konzept, and of all at the end."""
    fields = [(position, list(block)) for position, block in groupby(rows, key=lambda row: row.field_position)]
    found = [FieldShares(position, block[0].field_title, distribution(block)) for position, block in fields]
    return found if len(found) == 1 else [*found, FieldShares(0, _ALL, distribution(rows))]


def distribution_chart(appendix: Appendix) -> BarChart:
    """Return how many Maßnahmen of every Handlungsfeld have which rating, and all of them at the end."""

    def place(row: AppendixRow) -> tuple[int, str]:
        return row.field_position, row.field_title

    fields = [(title, list(block)) for (_, title), block in groupby(sorted(appendix.rows, key=place), key=place)]
    bars = [_rated_bar(title, block) for title, block in fields]
    if len(bars) != 1:
        bars.append(_rated_bar(_ALL, appendix.rows, is_sum=True))
    keys = _rated_keys(appendix.rows)
    return BarChart(
        name=DISTRIBUTION,
        title="Verteilung je Handlungsfeld",
        description=_sentences(
            "Gestapelte Balken, einer je Handlungsfeld, jeder so lang wie alle seine Maßnahmen.",
            f"{_ALL}: {_in_words(bars[-1], keys)}.",
            _FILLED if _has_proposals(bars) else "",
        ),
        first="Handlungsfeld",
        unit=_MEASURES,
        keys=keys,
        bars=tuple(bars),
        notes=(_FILLED,) if _has_proposals(bars) else (),
    )


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The rows of one round as the person may read them, under the name it has beside the others."""

    label: str
    rows: Sequence[AppendixRow]
    note: str = ""


def course_chart(results: Iterable[RoundResult]) -> BarChart | None:
    """Return the shares of the ratings in each of these rounds, which come in the order of time; None if nothing was rated.

    Rounds in which no grade stands are named in a note: a bar of „nicht bewertet“ would look like a result.
    """
    rated: list[RoundResult] = []
    unrated: list[RoundResult] = []
    for result in results:
        (rated if any(row.grade for row in result.rows) else unrated).append(result)
    if not rated:
        return None
    bars = [_rated_bar(result.label, result.rows, note=result.note) for result in rated]
    keys = _rated_keys([row for result in rated for row in result.rows])
    notes = [_FILLED] if _has_proposals(bars) else []
    if unrated:
        names = ", ".join(f"„{result.label}“" for result in unrated)
        notes.append(f"Ohne einen Zielerreichungsgrad und deshalb nicht im Diagramm: {names}.")
    return BarChart(
        name=COURSE,
        title="Verlauf über die Runden",
        description=_sentences(
            "Gestapelte Balken, einer je Berichtsrunde, die älteste zuerst.",
            *(f"{bar.label}: {_in_words(bar, keys)}." for bar in bars),
            *notes,
        ),
        first="Berichtsrunde",
        unit=_MEASURES,
        keys=keys,
        bars=tuple(bars),
        notes=tuple(notes),
        shows_percent=True,
    )


_MARKER_KEYS: Final = (
    Key(SET, "gesetzt", "✓"),
    Key(NOT_SET, "nicht gesetzt", "–"),
    Key(UNTOLD, "noch ohne Angabe", "…"),
    Key(UNKNOWN, "nicht überliefert", "?"),
)


def marker_chart(appendix: Appendix) -> BarChart:
    """Return how many Maßnahmen have each Kennzeichen. What is not said yet or nicht überliefert stands apart, where there is any."""
    counts = {marker: marker_counts(appendix.rows, marker) for marker in Marker}
    kept = [index for index in range(4) if index < 2 or any(found[index] for found in counts.values())]
    keys = tuple(_MARKER_KEYS[index] for index in kept)
    bars = tuple(
        Bar(
            f"{marker.symbol}  {marker.word}",
            len(appendix.rows),
            tuple(Part(key.look, key.symbol, found[index]) for index, key in zip(kept, keys, strict=True) if found[index]),
        )
        for marker, found in counts.items()
    )
    unknown = UNKNOWN in {key.look for key in keys}
    note = "Was nicht überliefert ist, bedeutet nicht „nein“." if unknown else ""
    return BarChart(
        name=MARKERS,
        title="Kennzeichen",
        description=_sentences(
            "Balken, einer je Kennzeichen, jeder so lang wie alle Maßnahmen.",
            *(f"{bar.label}: {_in_words(bar, keys)}." for bar in bars),
            note,
        ),
        first="Kennzeichen",
        unit=_MEASURES,
        keys=keys,
        bars=bars,
        notes=(note,) if note else (),
    )


def _rated_keys(rows: Sequence[AppendixRow]) -> tuple[Key, ...]:
    """The categories of a distribution; „uneinig“ only where it occurs, because readers never see it."""
    shares = distribution(rows)
    return tuple(
        Key(share.shape, share.word, share.symbol, share.shape)
        for share in shares
        if share.value != DISPUTED_VALUE or share.count
    )


def _rated_bar(label: str, rows: Sequence[AppendixRow], *, note: str = "", is_sum: bool = False) -> Bar:
    return Bar(label, len(rows), tuple(rated_parts(distribution(rows))), note, is_sum)


def rated_parts(shares: Iterable[Share]) -> list[Part]:
    """Return the parts of the bar of a distribution: agreed before proposed, nothing for 0. „uneinig“ and „nicht bewertet“ have one."""
    parts = []
    for share in shares:
        if share.value in (DISPUTED_VALUE, UNRATED_VALUE):
            found = [Part(share.shape, share.symbol, share.count)]
        else:
            outlined = Part(share.shape, Grade(share.value).proposal_symbol, share.proposed, is_outlined=True)
            found = [Part(share.shape, share.symbol, share.agreed), outlined]
        parts += [part for part in found if part.count]
    return parts


def _has_proposals(bars: Iterable[Bar]) -> bool:
    return any(part.is_outlined for bar in bars for part in bar.parts)


def _in_words(bar: Bar, keys: Iterable[Key]) -> str:
    cells = [bar.cell(key) for key in keys]
    return ", ".join(f"{cell.count} {cell.key.word}" for cell in cells if cell.count) or "nichts zu zählen"


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
