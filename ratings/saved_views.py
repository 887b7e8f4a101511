"""THE way to save, change, share and delete Ansichten of the overview. Every function acts for `user` and checks that they may.

A person has at most `MOST`; names are unique per person and Konzept, one of them may be the Startansicht.
"""

from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.db import transaction

from goals.models import Concept
from goals.text import clean_text
from ratings import permissions
from ratings.models import ReportingRound, SavedView
from ratings.models.saved_view import NAME_LENGTH, QUERY_LENGTH
from ratings.workflow import Impossible

if TYPE_CHECKING:
    from evalportal.accounts.models import User

MOST: Final = 50


def clean_name(name: str) -> str:
    """Return `name` as it is kept: on one line, without control characters and marks that turn the writing direction."""
    return " ".join(clean_text(name).split())


@transaction.atomic
def create(
    round_: ReportingRound, *, name: str, query: str, is_shared: bool = False, is_pinned: bool = False, user: "User"
) -> SavedView:
    """Save `query`, the checked query string of the overview of `round_`, under `name`. Sent twice, it is saved once.

    Raises `Impossible` with the reason in words, `PermissionDenied` if it is to be shared and `user` may not.
    """
    if is_shared:
        permissions.may_share_views(user, round_.concept_id).require()
    name = _checked_name(name)
    _lock(user)
    mine = SavedView.objects.filter(owner=user)
    wanted = {"query": _checked_query(query), "is_shared": is_shared, "round": round_ if is_pinned else None}
    if same := mine.filter(concept=round_.concept_id, name=name, **wanted).first():
        return same
    _refuse_taken(user, round_.concept_id, name)
    if mine.count() >= MOST:
        raise Impossible(f"Sie haben schon {MOST} Ansichten. Löschen Sie eine, die Sie nicht mehr brauchen.")
    return SavedView.objects.create(owner=user, concept_id=round_.concept_id, name=name, **wanted)


@transaction.atomic
def rename(view_id: int, *, name: str, user: "User") -> SavedView:
    """Give an Ansicht of one's own another name. Raises `Impossible` if it is taken or cannot be a name."""
    _lock(user)
    view = _own(view_id, user)
    name = _checked_name(name)
    if name != view.name:
        _refuse_taken(user, view.concept_id, name)
        view.name = name
        view.save(update_fields=["name"])
    return view


@transaction.atomic
def replace(view_id: int, round_: ReportingRound, *, query: str, user: "User") -> SavedView:
    """Let an Ansicht of one's own show `query` from now on; one that is pinned to a round moves to `round_`."""
    _lock(user)
    view = _own(view_id, user)
    if round_.concept_id != view.concept_id:
        raise Impossible("Diese Runde gehört zu einem anderen Konzept als die Ansicht.")
    view.query = _checked_query(query)
    view.round = round_ if view.round_id else None
    view.save(update_fields=["query", "round"])
    return view


@transaction.atomic
def share(view_id: int, *, user: "User") -> SavedView:
    """Show an Ansicht of one's own to all who read the overview of its Konzept."""
    view = _own(view_id, user)
    permissions.may_share_views(user, view.concept_id).require()
    return _set_shared(view, True)


@transaction.atomic
def unshare(view_id: int, *, user: "User") -> SavedView:
    """Keep an Ansicht to the person it belongs to; its short link leads nobody else anywhere."""
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view_id)
    permissions.may_withdraw_view(user, view).require()
    return _set_shared(view, False)


@transaction.atomic
def set_start(view_id: int, *, is_start: bool, user: "User") -> SavedView:
    """Make an Ansicht of one's own the one that „Übersicht“ opens with, in place of any other of the Konzept; or no more."""
    _lock(user)
    view = _own(view_id, user)
    SavedView.objects.filter(owner=user, concept=view.concept_id, is_start=True).update(is_start=False)
    view.is_start = is_start
    view.save(update_fields=["is_start"])
    return view


@transaction.atomic
def delete(view_id: int, *, user: "User") -> SavedView:
    """Delete an Ansicht, whose short link leads nowhere from then on, and return what it was; `restore` takes that."""
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view_id)
    permissions.may_withdraw_view(user, view).require()
    view.delete()
    return view


@transaction.atomic
def restore(view: SavedView, *, user: "User") -> SavedView:
    """Save an Ansicht that `user` deleted again as it was, short link included, and return it. Sent twice, it is saved once.

    Raises `PermissionDenied` if `user` could not delete it (any more), `Impossible` if its name is taken, the person it belongs
    to has as many as they may or what it showed is gone. A Startansicht chosen since stays; it is shared if `user` may share.
    """
    permissions.may_withdraw_view(user, view).require()
    get_user_model().objects.select_for_update(no_key=True).filter(pk=view.owner_id).first()
    if same := SavedView.objects.filter(code=view.code).first():
        return same
    _check_ground(view)
    theirs = SavedView.objects.filter(owner=view.owner_id)
    if theirs.filter(concept=view.concept_id, name=view.name).exists():
        raise Impossible(f"Eine andere Ansicht heißt inzwischen „{view.name}“.")
    if theirs.count() >= MOST:
        raise Impossible(f"Mehr als {MOST} Ansichten sind nicht möglich.")
    view.is_start = view.is_start and not theirs.filter(concept=view.concept_id, is_start=True).exists()
    view.is_shared = view.is_shared and bool(permissions.may_share_views(user, view.concept_id))
    view.pk = None
    view.save(force_insert=True)
    return view


def _check_ground(view: SavedView) -> None:
    has_round = view.round_id is None or ReportingRound.objects.filter(pk=view.round_id).exists()
    has_owner = get_user_model().objects.filter(pk=view.owner_id).exists()
    if not (has_round and has_owner and Concept.objects.filter(pk=view.concept_id).exists()):
        raise Impossible("Was diese Ansicht zeigte, gibt es nicht mehr.")


def _lock(user: "User") -> None:
    """One act at a time per person: names, their number and the Startansicht are counted before they are written."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)


def _own(view_id: int, user: "User") -> SavedView:
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view_id)
    permissions.may_change_view(user, view).require()
    return view


def _set_shared(view: SavedView, is_shared: bool) -> SavedView:
    view.is_shared = is_shared
    view.save(update_fields=["is_shared"])
    return view


def _checked_name(name: str) -> str:
    name = clean_name(name)
    if not name:
        raise Impossible("Geben Sie der Ansicht einen Namen.")
    if len(name) > NAME_LENGTH:
        raise Impossible(f"Der Name ist zu lang: höchstens {NAME_LENGTH} Zeichen.")
    return name


def _checked_query(query: str) -> str:
    if len(query) > QUERY_LENGTH:
        raise Impossible("Diese Auswahl ist zu lang zum Speichern. Kürzen Sie den Suchbegriff.")
    return query


def _refuse_taken(user: "User", concept_id: int, name: str) -> None:
    if SavedView.objects.filter(owner=user, concept=concept_id, name=name).exists():
        raise Impossible(f"Eine Ansicht „{name}“ haben Sie schon. Wählen Sie einen anderen Namen.")
