"""One round as somebody asks for it: read, filtered, ordered, with its comparison. For the overview, its files and Ansichten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, QueryDict

from ratings import lineage, permissions
from ratings.appendix import Appendix, AppendixRow, Audience, NoSuchVersion, NothingReleased, filter_rows, load_appendix
from ratings.comparison import Comparison
from ratings.filtersets import Faces, OverviewFilter
from ratings.models import ReportingRound
from ratings.states import RoundState
from ratings.tables import OverviewTable
from ratings.views import overview_comparison as comparing
from ratings.views import overview_page as page
from ratings.views.versions import asked_version

if TYPE_CHECKING:
    from ratings.querysets import Person


@dataclass(frozen=True, slots=True)
class Selection:
    """One round as somebody asked for it: `whole` holds all rows, the table those that the filter lets through, in order.

    `comparison` is that with an earlier round, if one is asked for; `met` are the rows that meet every filter but that of the change.
    `version` is the Fassung that was asked for; `earlier` are the rounds to compare with, `unrated` those that cannot be.
    """

    round: ReportingRound
    rounds: Sequence[ReportingRound]
    earlier: Sequence[ReportingRound]
    unrated: Mapping[str, str]
    whole: Appendix
    faces: Faces
    chosen: OverviewFilter
    comparison: Comparison | None
    met: Sequence[AppendixRow]
    table: OverviewTable
    version: int | None

    def read(self, query: str) -> OverviewFilter:
        """Check another query string against the same round."""
        choices = comparing.choices(self.round, self.earlier)
        return OverviewFilter(QueryDict(query), self.whole.rows, self.faces, choices, self.unrated, version=self.version)


def select(user: "Person", slug: str, data: QueryDict, *, with_texts: bool = False, is_saved: bool = False) -> Selection:
    """Read a round for the person who asks, as the query string `data` says. `is_saved`: it names an Ansicht that is known.

    Raises Http404 if it is out of sight or nothing of it is released to them.
    """
    rounds = list(lineage.with_lineage(ReportingRound.objects.visible_to(user).select_related("concept"), slug))
    found = next((round_ for round_ in rounds if round_.slug == slug), None)
    if found is None:
        raise Http404("Diese Berichtsrunde gibt es nicht.")
    version = asked_version(data)
    whole = read_rows(user, found, version, with_texts=with_texts)
    faces = page.faces_of(whole, started=whole.version is not None or found.state != RoundState.PREPARING)
    earlier, unrated = lineage.comparable_rounds(found, rounds), lineage.unrated_rounds(found, rounds)
    choices = comparing.choices(found, earlier)
    chosen = OverviewFilter(data, whole.rows, faces, choices, unrated, version=version, is_saved=is_saved)
    comparison = comparing.place_beside(user, found, whole, chosen, earlier)
    met = filter_rows(whole.rows, chosen.criteria)
    table = OverviewTable(
        comparison.select(met, chosen.changes) if comparison else met,
        order_by=chosen.order_by,
        exclude=chosen.hidden_columns,
        is_compared=comparison is not None,
    )
    return Selection(found, rounds, earlier, unrated, whole, faces, chosen, comparison, met, table, version)


def read_rows(user: "Person", round_: ReportingRound, version: int | None, *, with_texts: bool = False) -> Appendix:
    """Return the rows of a visible round for this person, in the Fassung `version` if that is asked for.

    Raises Http404 if there is no such Fassung for them, or nothing released.
    """
    inside = permissions.is_inside(user, round_.concept_id)
    with_texts = inside and (with_texts or not round_.has_ratings)
    try:
        return load_appendix(round_, Audience.INTERNAL if inside else Audience.RELEASED, with_texts=with_texts, version=version)
    except NoSuchVersion as error:
        raise Http404("Diese Fassung gibt es nicht, oder sie ist nicht freigegeben.") from error
    except NothingReleased as error:
        raise Http404("Von dieser Berichtsrunde ist nichts freigegeben.") from error
