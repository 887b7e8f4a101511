"""Rows to and from the JSON of a snapshot. What a version holds never changes, so old data stays readable here."""

from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

from ratings.appendix.rows import Appendix, AppendixRow
from ratings.rollup import Progress, Standing, UnitLine, UnitTexts, roll_up
from ratings.scheme import Grade
from ratings.states import ReportState

FORMAT: Final = 1
_DERIVED: Final = {"roll_up"}
_HEAD: Final = ("concept_slug", "concept_title", "concept_short_title", "is_example", "round_slug", "round_title", "has_ratings")


def freeze(appendix: Appendix) -> dict[str, Any]:
    """Return the JSON of `appendix`: titles and rows. State, version and release are facts of the snapshot, not of its content."""
    head = {name: getattr(appendix, name) for name in _HEAD}
    return {"format": FORMAT, **head, "rows": [_plain_row(row) for row in appendix.rows]}


# What a Nachtrag does not touch: where the Maßnahme stands in the Konzept and what it says, as the round knew it.
_MASTER_DATA: Final = (
    *("number", "goal_number", "goal_sort_key", "position", "title", "field_position", "field_title"),
    *("challenge_position", "challenge_title", "goal_text", "goal_kind", "is_mandatory"),
)


def with_row(data: dict[str, Any], row: AppendixRow) -> dict[str, Any]:
    """Return the JSON of a next version: `data` with reports and rating of one Maßnahme from `row`, all other rows as they are.

    Raises LookupError if the version does not know the Maßnahme.
    """
    rows, found = [], False
    for values in data["rows"]:
        if values["key"] == row.key:
            found = True
            values = _plain_row(row) | {name: values[name] for name in _MASTER_DATA}
        rows.append(values)
    if not found:
        raise LookupError(row.key)
    return {**data, "rows": rows}


def _plain_row(row: AppendixRow) -> dict[str, Any]:
    return {field.name: _plain(getattr(row, field.name)) for field in fields(row) if field.name not in _DERIVED}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [{key: _plain(item) for key, item in asdict(line).items()} for line in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, str) else value


def thaw(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[AppendixRow, ...]]:
    """Return (titles by their names in `Appendix`, rows) of a snapshot's JSON. Raises ValueError for a format it does not know."""
    if data.get("format") != FORMAT:
        raise ValueError(f"Unknown snapshot format {data.get('format')!r}.")
    return {name: data[name] for name in _HEAD}, tuple(_row(values) for values in data["rows"])


def _row(values: dict[str, Any]) -> AppendixRow:
    units = tuple(_line(line) for line in values["units"])
    return AppendixRow(
        **{
            **values,
            "standing": Standing(values["standing"]),
            "grade": Grade.parse(values["grade"]),
            "agreed_on": _date(values["agreed_on"]),
            "progress": Progress(values["progress"]),
            "units": units,
            "roll_up": roll_up(units),
        }
    )


def _line(values: dict[str, Any]) -> UnitLine:
    texts = values["texts"]
    return UnitLine(
        **{
            **values,
            "state": ReportState(values["state"]) if values["state"] else None,
            "grade": Grade.parse(values["grade"]),
            "submitted_on": _date(values["submitted_on"]),
            "as_of": _date(values["as_of"]),
            "texts": UnitTexts(**{**texts, "next_step_on": _date(texts["next_step_on"])}) if texts else None,
        }
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
