"""Ansichten on the overview: which there are, which is open, whether the selection has left it, what saving would keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from ratings import permissions
from ratings.filtersets import OverviewFilter
from ratings.measure_page import current_round
from ratings.models import ReportingRound, SavedView
from ratings.saved_view_forms import SavedViewForm
from ratings.view_words import portable_query, words_of
from ratings.views.overview_selection import Selection

if TYPE_CHECKING:
    from ratings.querysets import Person


@dataclass(frozen=True, slots=True)
class ViewLink:
    """An Ansicht in the menu; `url` opens it in the round that is shown, or in the one it is pinned to."""

    view: SavedView
    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SavedFace:
    """What the overview shows of Ansichten. `view` is the one that is open, `is_changed`: the selection is another by now.

    `query` is what saving keeps, `words` says it; `link` is the short link of the Ansicht that is open.
    """

    own: list[ViewLink]
    shared: list[ViewLink]
    view: SavedView | None
    is_own: bool
    is_changed: bool
    query: str
    words: list[str]
    link: str
    form: SavedViewForm


def views_of(user: "Person", slug: str) -> list[SavedView]:
    """Return the Ansichten that `user` sees of the Konzept to which the round `slug` belongs: one query."""
    return list(SavedView.objects.visible_to(user).filter(concept__rounds__slug=slug).select_related("round"))


def face(request: HttpRequest, selection: Selection, views: Sequence[SavedView], view: SavedView | None) -> SavedFace:
    """Return what the page shows. `view` is the one of `views` that is open."""
    user, round_, chosen = request.user, selection.round, selection.chosen
    links = [ViewLink(other, url_in(round_, other), other == view) for other in views]
    query = portable_query(chosen, is_pinned=view is not None and view.round_id is not None)
    may_share = bool(permissions.may_share_views(user, round_.concept_id))
    return SavedFace(
        own=[link for link in links if link.view.owner_id == user.pk],
        shared=[link for link in links if link.view.owner_id != user.pk],
        view=view,
        is_own=view is not None and view.owner_id == user.pk,
        is_changed=view is not None and _differs(chosen, selection.read(view.query)),
        query=query,
        words=words_of(chosen),
        link=request.build_absolute_uri(view.short_path) if view else "",
        form=SavedViewForm(initial={"runde": round_.slug, "auswahl": query}, may_share=may_share, auto_id="ansicht_%s"),
    )


def _differs(chosen: OverviewFilter, kept: OverviewFilter) -> bool:
    """What cannot be read or compared in this round is no change that somebody made."""
    apart = {"ansicht", "fassung", *chosen.form.errors, *kept.form.errors}
    return [pair for pair in chosen.pairs() if pair[0] not in apart] != [pair for pair in kept.pairs() if pair[0] not in apart]


def url_in(round_: ReportingRound, view: SavedView) -> str:
    """Return where `view` is shown: in `round_`, unless it is pinned to another."""
    slug = view.round.slug if view.round else round_.slug
    code = urlencode({"ansicht": view.code})
    return f"{reverse('ratings:overview', args=[slug])}?{view.query}{'&' if view.query else ''}{code}"


def url_for(user: "Person", view: SavedView) -> str | None:
    """Return where `view` leads `user` now: to the round it is pinned to or the current one; None if they see none of these."""
    rounds = ReportingRound.objects.visible_to(user).filter(concept=view.concept_id)
    found = rounds.filter(pk=view.round_id).first() if view.round_id else current_round(rounds)
    return url_in(found, view) if found else None


def start_url(user: "Person", round_: ReportingRound) -> str | None:
    """Return where the Startansicht of the Konzept of `round_` leads `user`; None without one."""
    view = SavedView.objects.visible_to(user).filter(owner=user.pk, concept=round_.concept_id, is_start=True).first()
    if view is None:
        return None
    return url_for(user, view) if view.round_id else url_in(round_, view)
