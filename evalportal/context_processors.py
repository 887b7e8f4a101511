from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from goals.permissions import access_for
from goals.roles import Role


@dataclass(frozen=True)
class _Place:
    """An entry of the main navigation: who sees it, and on which pages it is the current one."""

    label: str
    target: str
    roles: frozenset[Role]
    pages: frozenset[str]


def _place(label: str, target: str, roles: Iterable[Role], *pages: str) -> _Place:
    return _Place(label, target, frozenset(roles), frozenset({target, *pages}))


_LEADING = (Role.BOARD, Role.RECORDER, Role.COORDINATOR)

_PLACES = (
    _place("Start", "start", Role),
    _place("Meine Maßnahmen", "ratings:my_reports", Role.in_units(), "ratings:report"),
    _place("Rücklauf", "ratings:returns_current", _LEADING, "ratings:returns"),
    _place("Jour fixe", "ratings:board", _LEADING, "ratings:meetings", "ratings:meeting", "ratings:meeting_item"),
    _place("Übersicht", "ratings:overview_current", Role, "ratings:overview"),
    _place(
        "Konzept",
        "goals:concepts",
        Role,
        "goals:concept",
        "goals:concept_create",
        "goals:concept_import",
        "ratings:measure",
        "ratings:agree",
        "ratings:concept_upload",
        "ratings:concept_update",
        "ratings:continuation",
        "ratings:inquiry",
        "ratings:responsibilities",
    ),
    _place(
        "Runden",
        "ratings:rounds",
        _LEADING,
        "ratings:mails",
        "ratings:remind",
        "ratings:unanimous",
        "ratings:chapters",
        "ratings:chapter",
        *(f"ratings:round{step}" for step in ("", "_create", "_edit", "_close", "_sync", "_step")),
    ),
    _place("Einheiten", "ratings:units", (Role.COORDINATOR,), "ratings:unit"),
)


@dataclass(frozen=True)
class Entry:
    """A link of the main navigation. `current` is the value of `aria-current`, empty on other pages."""

    label: str
    url: str
    current: str


@dataclass(frozen=True)
class Frame:
    """What header and footer of a page need; `person` is empty for somebody who is not signed in."""

    owner: str
    person: str = ""
    roles: str = ""
    navigation: tuple[Entry, ...] = ()
    has_deputies: bool = False


def _current(place: _Place, page: str) -> str:
    if page == place.target:
        return "page"
    return "true" if page in place.pages else ""


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Return the frame of the page for the person who asked. Reads the memberships, which `access_for` keeps for the request."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": Frame(settings.OWNER_NAME)}
    held = {grant.role for grant in access_for(user).grants}
    page = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "frame": Frame(
            owner=settings.OWNER_NAME,
            person=str(user),
            has_deputies=bool(held & {*Role.in_units(), Role.COORDINATOR}),
            roles=", ".join(str(role.label) for role in Role if role in held),
            navigation=tuple(
                Entry(place.label, reverse(place.target), _current(place, page)) for place in _PLACES if held & place.roles
            ),
        )
    }
