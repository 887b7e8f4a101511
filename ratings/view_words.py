"""An Ansicht of the overview in words, and the query string that it keeps."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.http import QueryDict

from goals.models import ActionField, OrgUnit
from ratings import permissions
from ratings.filtersets import PREVIOUS, Faces, Names, OverviewFilter
from ratings.models import ReportingRound, SavedView
from ratings.tables import OPTIONAL_COLUMNS

if TYPE_CHECKING:
    from ratings.querysets import Person

_PREVIOUS_WORDS: Final = "vorige Runde"


def portable_query(chosen: OverviewFilter, *, is_pinned: bool = False) -> str:
    """Return what an Ansicht keeps of the selection: all that fits, but no Fassung.

    Unless it is pinned to a round, a comparison with the newest earlier round becomes one with whichever that is then.
    """
    found = []
    for name, value in chosen.pairs():
        if name == "vergleich" and value == chosen.newest_comparable and not is_pinned:
            found.append((name, PREVIOUS))
        elif name not in ("ansicht", "fassung"):
            found.append((name, value))
    return urlencode(found)


def words_of(chosen: OverviewFilter, *, is_pinned: bool = False) -> list[str]:
    """Return what an Ansicht keeps in short phrases: filters, comparison, order, columns; „alle Maßnahmen“ if it keeps none."""
    columns = [OPTIONAL_COLUMNS[value.removeprefix("-")] for name, value in chosen.pairs() if name == "spalten"]
    moves = chosen.compared_with == chosen.newest_comparable and not is_pinned
    earlier = _PREVIOUS_WORDS if moves else chosen.comparison_words
    found = [
        chosen.words or "alle Maßnahmen",
        f"Vergleich mit: {earlier}" if chosen.compared_with else "",
        f"Reihenfolge: {chosen.order_words}" if chosen.order_by else "",
        f"ohne {'die Spalte' if len(columns) == 1 else 'die Spalten'} {', '.join(columns)}" if columns else "",
        "Zieltexte gekürzt" if chosen.short_goals else "",
    ]
    return [words for words in found if words]


def words_of_views(user: "Person", views: Iterable[SavedView]) -> dict[int, list[str]]:
    """Return the words of each Ansicht by its key, as `user` may know them: three queries, however many there are."""
    views = list(views)
    concept_ids = {view.concept_id for view in views}
    fields: dict[int, dict[str, str]] = {}
    places = ActionField.objects.filter(concept__in=concept_ids).order_by("position")
    for concept_id, position, title in places.values_list("concept_id", "position", "title"):
        fields.setdefault(concept_id, {})[str(position)] = title
    units = dict(OrgUnit.objects.values_list("slug", "name"))
    rounds = ReportingRound.objects.visible_to(user).values_list("slug", "title")
    comparable = [(PREVIOUS, _PREVIOUS_WORDS), *rounds]
    found = {}
    for view in views:
        inside = permissions.is_inside(user, view.concept_id)
        faces = Faces(grades=True, states=inside, inside=inside)
        names = Names(fields.get(view.concept_id, {}), units)
        found[view.pk] = words_of(OverviewFilter(QueryDict(view.query), names, faces, comparable))
    return found
