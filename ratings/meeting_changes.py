"""What a unit's report says differently from its report in the round before: for the screen of a meeting (issue 3, point 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from goals.models import Measure
from ratings.differences import differences, has_changed, render
from ratings.earlier import measure_line, words_before
from ratings.history_words import Change, submission_changes
from ratings.measure_cards import Card
from ratings.models import ReportingRound, Submission

if TYPE_CHECKING:
    from evalportal.accounts.models import User

_LABELS = {own.name: str(own.verbose_name) for own in Submission._meta.fields}


@dataclass(frozen=True)
class Since:
    """A report beside that of an earlier round: the text that is read aloud word by word, then whatever else differs."""

    before: Submission
    text: SafeString
    is_text_changed: bool
    changes: tuple[Change, ...]

    @property
    def has_changed(self) -> bool:
        return self.is_text_changed or bool(self.changes)


def changes_since(user: "User", round_: ReportingRound, measure: Measure, cards: Sequence[Card]) -> dict[str, Since]:
    """Return what changed in each report of `cards`, by the unit's slug: units without a report now or before are left out.

    The Maßnahme's predecessors and the units that a unit succeeds count as before (`ratings.earlier.words_before`).
    A fixed number of queries, one more for each earlier Konzept.
    """
    standing = {card.report.unit_id: card for card in cards if card.report and card.submission and card.line.counts}
    if not standing:
        return {}
    before = words_before(round_, measure_line(measure), set(standing), user=user)
    return {
        card.line.slug: _since(before[unit_id], card.submission, has_ratings=round_.has_ratings)
        for unit_id, card in standing.items()
        if unit_id in before and card.submission
    }


def _since(before: Submission, now: Submission, *, has_ratings: bool) -> Since:
    name = "summary" if now.summary and before.summary else "situation"
    old, new = getattr(before, name), getattr(now, name)
    shown = {_LABELS[name], _LABELS["as_of"]}
    changes = submission_changes(before, now, has_ratings=has_ratings, had_ratings=before.report.round.has_ratings)
    others = tuple(change for change in changes if change.label not in shown)
    return Since(before, render(differences(old, new)), has_changed(old, new), others)
