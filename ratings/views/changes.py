"""What `sync_owed` does, in words and rows: for the preview of changed responsibilities and units."""

from dataclasses import dataclass

from goals.models import Measure, ResponsibilityRole
from ratings.models import StatusReport
from ratings.rounds import Sync


@dataclass(frozen=True)
class ChangeLine:
    """One report that changes: its Maßnahme, its unit and what is said about it."""

    number: str
    title: str
    unit: str
    detail: str


@dataclass(frozen=True)
class ChangeGroup:
    """Changes of one kind, in the order of the Konzept."""

    title: str
    text: str
    lines: tuple[ChangeLine, ...]


def _report(report: StatusReport, detail: str) -> ChangeLine:
    return ChangeLine(report.measure.number, report.measure.title, str(report.unit), detail)


def describe(sync: Sync) -> list[ChangeGroup]:
    """Return the kinds of change that occur in `sync`, at most one query."""
    measures = {}
    if sync.added:
        found = Measure.objects.filter(pk__in={owed.measure_id for owed in sync.added}).with_place().in_order()
        measures = {measure.pk: (place, measure) for place, measure in enumerate(found)}
    added = sorted(
        sync.added, key=lambda owed: (measures[owed.measure_id][0], owed.role != ResponsibilityRole.LEAD, owed.unit.name)
    )
    groups = [
        ChangeGroup(
            "Neu angefordert",
            "Diese Berichte kommen hinzu.",
            tuple(
                ChangeLine(measure.number, measure.title, str(owed.unit), str(owed.role.label))
                for owed in added
                for _, measure in [measures[owed.measure_id]]
            ),
        ),
        ChangeGroup(
            "Entfallen",
            "Diese Berichte werden „entfallen“. Was eingereicht wurde, bleibt lesbar und zählt nicht mehr.",
            tuple(_report(report, f"bisher {report.get_state_display()}") for report in sync.dropped),
        ),
        ChangeGroup(
            "Wieder zuständig",
            "Bei diesen Berichten wird „entfallen“ aufgehoben.",
            tuple(_report(report, "entfallen wird aufgehoben") for report in sync.lifted),
        ),
        ChangeGroup(
            "Andere Zuständigkeit",
            "Diese Berichte bleiben, ihre Art ändert sich.",
            tuple(_report(report, f"bisher {report.get_role_display()}") for report in sync.changed),
        ),
    ]
    return [group for group in groups if group.lines]
