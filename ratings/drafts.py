"""Saving a draft: it accepts anything, never overwrites somebody else's save in silence and leaves no history (rules 6 to 8)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import get_format

from goals.text import clean_text
from ratings import permissions, workflow
from ratings.models import Draft, StatusReport
from ratings.models.fields import ContentFields, ObstacleCategory
from ratings.scheme import Grade, Marker
from ratings.states import ReportState
from ratings.workflow import Action

if TYPE_CHECKING:
    from evalportal.accounts.models import User

DATES = ("as_of", "next_step_on")
TEXTS = tuple(name for name in ContentFields.content_names() if name not in DATES and name != "grade" and name not in Marker)
MARKERS = tuple(marker.value for marker in Marker.voted())


class Conflict(Exception):
    """Somebody saved another version meanwhile. `current` is theirs; what was to be saved is still with the caller."""

    def __init__(self, current: Draft) -> None:
        super().__init__("Der Entwurf wurde inzwischen an anderer Stelle gespeichert.")
        self.current = current


def parse_date(text: str) -> date | None:
    """Return the date in ISO or German notation, None if `text` is none."""
    for pattern in get_format("DATE_INPUT_FORMATS"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007  a date has no time zone
        except ValueError:
            continue
    return None


def read_values(data: Mapping[str, str]) -> dict[str, Any]:
    """Return the field values of a draft for what a form sent: cleaned, nothing refused.

    A date that cannot be read is kept under `unparsed`, a choice that does not exist counts as none. Fields that `data` does not
    hold are left out, so that a part of the form can be saved.
    """
    values: dict[str, Any] = {name: clean_text(data[name]) for name in (*TEXTS, "answer") if name in data}
    if values.get("obstacle_category") not in (None, *ObstacleCategory.values):
        values["obstacle_category"] = ""
    if "grade" in data:
        values["grade"] = data["grade"] if data["grade"] in Grade.values else None
    for name in MARKERS:
        if name in data:
            values[name] = data[name] not in ("", "false", "False", "0")
    unparsed = {}
    for name in DATES:
        if name in data:
            values[name] = parse_date(data[name])
            if values[name] is None and data[name].strip():
                unparsed[name] = clean_text(data[name])[:200]
    values["unparsed"] = unparsed
    return values


def save_draft(
    report_id: int, values: Mapping[str, Any], *, version: int, user: "User", now: datetime | None = None
) -> tuple[StatusReport, Draft]:
    """Save `values` (from `read_values`) as the draft of the report and return both.

    `version` is that of the draft the text was written on; as long as there is none it does not matter. Raises `Conflict` if another
    one was saved since, unless it holds the same; `Impossible` or `PermissionDenied` if the report cannot be written. Nothing is
    written then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        report = workflow.locked(report_id)
        workflow.check(user, report, Action.SAVE)
        if report.state == ReportState.OPEN:
            report = workflow.apply(report_id, Action.SAVE, user=user, now=now)
        values = _asked(report, values)
        stamp = {"edited_by": user, "on_behalf": permissions.writes_on_behalf(user, report), "saved_at": now}
        draft, created = Draft.objects.get_or_create(report=report, defaults={**values, **stamp})
        if created:
            return report, draft
        values = {**values, "unparsed": _unparsed(draft, values)}
        rows = Draft.objects.filter(report=report, version=version)
        written = rows.update(**values, **stamp, version=F("version") + 1)
        draft.refresh_from_db()
        if written or _same(draft, values):
            return report, draft
        raise Conflict(draft)


def _asked(report: StatusReport, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without what the round does not ask for: a round without ratings knows no proposal, wherever it came from."""
    unasked = set(ContentFields.content_names()) - set(ContentFields.asked_names(has_ratings=report.round.has_ratings))
    kept = {name: value for name, value in values.items() if name not in unasked}
    if unasked and "unparsed" in kept:
        kept["unparsed"] = {name: text for name, text in kept["unparsed"].items() if name not in unasked}
    return kept


def _unparsed(draft: Draft, values: Mapping[str, Any]) -> dict[str, str]:
    """What cannot be read now, and what was there before in fields that were not sent."""
    kept = {name: text for name, text in draft.unparsed.items() if name not in values}
    return kept | values.get("unparsed", {})


def is_blank(draft: Draft) -> bool:
    """True if nothing is written in `draft`; its Stand, which the form proposes, does not count."""
    written = (*TEXTS, *MARKERS, "answer", "grade", "next_step_on", "unparsed")
    return not any(getattr(draft, name) for name in written)


def _same(draft: Draft, values: Mapping[str, Any]) -> bool:
    return all(getattr(draft, name) == value for name, value in values.items())
