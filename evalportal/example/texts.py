"""Puts the example reports together: same Maßnahme, round and grade, same text. Nothing here depends on chance or on the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from zlib import crc32

from evalportal.example import phrases
from ratings.models.fields import SUMMARY_LIMIT
from ratings.scheme import Grade, Marker

T = TypeVar("T")


def number_for(*seed: object) -> int:
    """Return a number that depends on `seed` alone and looks like chance."""
    return crc32("|".join(str(part) for part in seed).encode())


def pick(options: Sequence[T], *seed: object) -> T:
    return options[number_for(*seed) % len(options)]


@dataclass(frozen=True)
class Subject:
    """The Maßnahme a report is about and the round it belongs to."""

    number: str
    title: str
    field: int
    round: str
    year: int


@dataclass(frozen=True)
class Proposal:
    """What the unit proposes. `earlier` is its own grade in the round before."""

    grade: Grade | None
    markers: frozenset[Marker] = frozenset()
    earlier: Grade | None = None


def _figures(subject: Subject) -> dict[str, object]:
    growth = 1 + 0.07 * (subject.year - 2024)
    many = int((60 + number_for(subject.number, "n") % 340) * growth)
    few = int((12 + number_for(subject.number, "m") % 40) * growth)
    return {
        "n": many,
        "m": few,
        "k": min(21, 6 + number_for(subject.number, "k") % 12 + subject.year - 2024),
        "few": 2 + number_for(subject.number, subject.round, "wenige") % 5,
        "year": subject.year,
    }


def _date(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def lead_report(subject: Subject, proposal: Proposal, *, on: date) -> dict[str, str]:
    """Return what a lead enters into the form on the day `on`: complete by the rules of `ratings.completeness`."""
    grade = proposal.grade or Grade.HIGH
    seed = (subject.number, subject.round)
    details = phrases.DETAILS.get(subject.number) or phrases.FIELD_DETAILS[subject.field]
    details = phrases.WEAK_DETAILS.get(grade, details)
    detail = pick(details, subject.number).format(**_figures(subject))
    parts = [pick(phrases.OPENINGS[grade], *seed), detail, pick(phrases.CLOSINGS[grade], *seed, "end")]
    values = {
        "situation": "\n\n".join(part for part in (" ".join(parts[:2]), parts[2]) if part),
        "summary": _summary(pick(phrases.SUMMARIES[grade], *seed), detail),
        "as_of": _date(on - timedelta(days=number_for(*seed, "stand") % 4)),
        "grade": grade.value,
    }
    changed = proposal.earlier is not None and proposal.earlier != grade
    if grade != Grade.HIGH or changed:
        values["rationale"] = pick(phrases.RATIONALES[grade], *seed)
    if grade in (Grade.MEDIUM, Grade.LOW):
        category, obstacle, solution = pick(phrases.OBSTACLES, *seed)
        values |= {"obstacle_category": category.value, "obstacles": obstacle, "solution": solution}
    if grade == Grade.UNCLEAR:
        values["unclear_note"] = pick(phrases.UNCLEAR_NOTES, *seed)
    return values | _marker_notes(proposal, seed, on) | _optional(subject)


def _summary(opening: str, detail: str) -> str:
    """The opening and as many whole sentences as fit."""
    text = opening
    for sentence in detail.split(". "):
        longer = f"{text} {sentence.rstrip('.')}."
        if len(longer) > SUMMARY_LIMIT:
            break
        text = longer
    return text


def _marker_notes(proposal: Proposal, seed: tuple[object, ...], on: date) -> dict[str, str]:
    values = {marker.value: "true" if marker in proposal.markers else "" for marker in Marker.voted()}
    if Marker.CONTINUE in proposal.markers:
        days = 60 + number_for(*seed, "bis") % 240
        values |= {"next_step": pick(phrases.NEXT_STEPS, *seed), "next_step_on": _date(on + timedelta(days=days))}
    if Marker.INFLUENCE in proposal.markers:
        values["influence_note"] = pick(phrases.INFLUENCE_NOTES, *seed)
    if Marker.CONDITIONS in proposal.markers:
        values["conditions_note"] = pick(phrases.CONDITIONS_NOTES, *seed)
    return values


def _optional(subject: Subject) -> dict[str, str]:
    """Voluntary fields, as people fill them: often none, rarely all."""
    values = {}
    if number_for(subject.number, "erfolg") % 3 == 0:
        values["successes"] = pick(phrases.SUCCESSES, subject.number, subject.round)
    if number_for(subject.number, "gruppe") % 2 == 0:
        values["target_group"] = phrases.TARGETS[subject.field]
        values["partners"] = phrases.PARTNERS[subject.field]
    if number_for(subject.number, "mittel") % 4 == 0:
        values["resources"] = pick(phrases.RESOURCES, subject.number)
    if number_for(subject.number, "beleg") % 6 == 0:
        values["evidence"] = f"https://www.example.org/bericht-{subject.year}/{subject.number.replace('.', '-')}"
    if number_for(subject.number, "notiz") % 7 == 0:
        values["internal_note"] = pick(phrases.INTERNAL_NOTES, subject.number)
    return values


def contribution(subject: Subject, proposal: Proposal, *, on: date) -> dict[str, str]:
    """Return what a contributing unit enters; its grade may stay open."""
    seed = (subject.number, subject.round, "zuarbeit")
    text = pick(phrases.CONTRIBUTIONS, *seed).format(**_figures(subject))
    values = {"situation": text, "as_of": _date(on), "grade": proposal.grade.value if proposal.grade else ""}
    if proposal.grade is None:
        return values
    rated = lead_report(subject, proposal, on=on)
    needed = ("rationale", "obstacle_category", "obstacles", "solution", "unclear_note")
    return values | {name: rated[name] for name in needed if name in rated}


def beginning(subject: Subject, *, on: date) -> dict[str, str]:
    """Return a draft that somebody has begun: some text, nothing that could be submitted."""
    whole = lead_report(subject, Proposal(Grade.HIGH), on=on)
    return {"situation": whole["situation"].split("\n\n")[0], "as_of": whole["as_of"]}


def remark(subject: Subject) -> str:
    """Return the remark of the Jour fixe for the Anhang; most Maßnahmen get none."""
    if number_for(subject.number, subject.round, "Bemerkung") % 8:
        return ""
    return pick(phrases.REMARKS, subject.number, subject.round)
