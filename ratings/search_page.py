"""What was found, as it is shown: a link, the text with the words that were asked for marked, and where it belongs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import slugify

from goals.models import Goal, Measure, OrgUnit
from goals.search_words import Piece, excerpt, is_hit, marked, words
from ratings.models import StatusReport, Submission
from ratings.models.fields import SEARCHED_TEXTS
from ratings.organising import may_organise
from ratings.search import Kind

if TYPE_CHECKING:
    from evalportal.accounts.models import User


@dataclass(frozen=True)
class Line:
    """One hit. `facts` say where it belongs, `label` from which part of a report the `excerpt` is."""

    url: str
    number: str
    title: SafeString
    facts: tuple[str, ...]
    excerpt: SafeString | str = ""
    label: str = ""
    is_example: bool = False


def lines_of(kind: Kind, rows: Sequence[Any], stems: Sequence[str], user: "User") -> list[Line]:
    """Return the lines of these rows. Units cost one query: where a person may go who does not keep them."""
    show: dict[Kind, Callable[[Any], Line]] = {
        Kind.MEASURES: partial(_measure, stems=stems),
        Kind.GOALS: partial(_goal, stems=stems),
        Kind.REPORTS: partial(_report, stems=stems),
    }
    if kind == Kind.UNITS:
        rounds = {} if may_organise(user) else _newest_rounds(user, rows)
        return [_unit(row, stems, rounds.get(row.pk, "")) for row in rows]
    return [show[kind](row) for row in rows]


def html(pieces: Iterable[Piece]) -> SafeString:
    """Return the pieces of a text as HTML, hits in <mark>."""
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", text) if hit else text,) for text, hit in pieces))


def _measure(row: Measure, stems: Sequence[str]) -> Line:
    return Line(
        url=reverse("ratings:measure", args=[row.concept.slug, row.number]),
        number=row.number,
        title=html(marked(row.title, stems)),
        facts=(row.concept.short_title, row.goal.challenge.action_field.title),
        is_example=row.concept.is_example,
    )


def _goal(row: Goal, stems: Sequence[str]) -> Line:
    address = reverse("goals:concept", args=[row.concept.slug])
    return Line(
        url=f"{address}#ziel-{slugify(row.number)}",
        number=row.number,
        title=html(marked(row.text, stems)),
        facts=(row.concept.short_title, row.challenge.action_field.title),
        is_example=row.concept.is_example,
    )


def _report(row: Submission, stems: Sequence[str]) -> Line:
    report = row.report
    concept, measure = report.round.concept, report.measure
    name = _best_text(row, stems)
    address = reverse("ratings:measure", args=[concept.slug, measure.number])
    return Line(
        url=f"{address}?{urlencode({'runde': report.round.slug})}#einheit-{report.unit.slug}",
        number=measure.number,
        title=html([Piece(measure.title, False)]),
        facts=(report.unit.name, report.round.title),
        label=str(Submission._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
        excerpt=html(excerpt(getattr(row, name), stems)),
        is_example=concept.is_example,
    )


def _best_text(row: Submission, stems: Sequence[str]) -> str:
    """Return the name of the text that holds most of the words, the first one if several do; else the Kurzfassung or the Sachstand."""
    given = [name for name in SEARCHED_TEXTS if getattr(row, name)]

    def held(name: str) -> int:
        found = list(words(getattr(row, name)))
        return sum(any(is_hit(word, [stem]) for word in found) for stem in stems)

    return max(given, key=held, default="situation")


def _unit(row: OrgUnit, stems: Sequence[str], round_slug: str) -> Line:
    if round_slug:
        url = f"{reverse('ratings:overview', args=[round_slug])}?{urlencode({'einheit': row.slug})}"
    else:
        url = reverse("ratings:unit", args=[row.slug])
    facts = [row.short_name] if row.short_name != row.name else []
    facts += ["extern"] if row.is_external else []
    if not row.is_active:
        facts.append(f"aufgegangen in {row.successor}" if row.successor else "nicht mehr aktiv")
    return Line(url=url, number="", title=html(marked(row.name, stems)), facts=tuple(facts))


def _newest_rounds(user: "User", units: Iterable[OrgUnit]) -> dict[int, str]:
    """Return by unit the newest round that `user` reads in which it reports: its overview leads to the Maßnahmen of the unit."""
    reports = StatusReport.objects.visible_to(user).owed().filter(unit__in=[unit.pk for unit in units])
    rounds = reports.order_by("round__opens_on", "round_id").values_list("unit_id", "round__slug").distinct()
    return dict(rounds)
