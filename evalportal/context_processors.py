from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from evalportal.appearance import Appearance, appearance_of
from evalportal.help import help_for, is_public
from goals.permissions import access_for
from goals.roles import Role
from ratings.mail.people import kinds_for


@dataclass(frozen=True)
class _Place:
    """An entry of the main navigation: who sees it, and on which pages it is the current one (of several, the first)."""

    label: str
    target: str
    roles: frozenset[Role]
    pages: frozenset[str]


def _place(label: str, target: str, roles: Iterable[Role], *pages: str) -> _Place:
    return _Place(label, target, frozenset(roles), frozenset({target, *pages}))


def _of(*names: str) -> list[str]:
    return [f"ratings:{name}" for name in names]


_LEADING = (Role.BOARD, Role.RECORDER, Role.COORDINATOR)

_PLACES = (
    _place("Start", "start", Role),
    _place(
        "Meine Maßnahmen",
        "ratings:my_reports",
        Role.in_units(),
        *_of("report", "report_step", "report_unchanged", "import_reports"),
    ),
    _place("Rücklauf", "ratings:returns_current", _LEADING, *_of("returns", "extensions", "remind", "report")),
    _place("Jour fixe", "ratings:board", _LEADING, *_of("meetings", "meeting", "meeting_item")),
    _place("Übersicht", "ratings:overview_current", Role, *_of("overview", "charts", "saved_view", "saved_views")),
    _place(
        "Konzept",
        "goals:concepts",
        Role,
        "goals:concept",
        "goals:concept_create",
        "goals:concept_import",
        *_of("measure", "agree", "inquiry", "history", "responsibilities", "continuation"),
        *_of(
            "concept_edit",
            "concept_data",
            "concept_part",
            "concept_part_new",
            "concept_units",
            "concept_upload",
            "concept_update",
        ),
    ),
    _place(
        "Runden",
        "ratings:rounds",
        _LEADING,
        *_of("round", "round_create", "round_edit", "round_close", "round_sync", "round_step", "round_log"),
        *_of("mails", "mail", "unanimous", "chapters", "chapter", "import_data", "supplement", "supplement_open"),
    ),
    _place("Einheiten", "ratings:units", (Role.COORDINATOR,), *_of("unit", "unit_create")),
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
    appearance: Appearance
    links: tuple[Entry, ...]
    help_url: str
    person: str = ""
    roles: str = ""
    navigation: tuple[Entry, ...] = ()
    has_deputies: bool = False
    gets_mail: bool = False


# The links of the footer; three of them lead behind the sign-in.
_FOOTER = (
    ("Hilfe", "help"),
    ("Glossar", "glossary"),
    ("Bewertungsschema", "bewertungsschema"),
    ("Barrierefreiheit", "accessibility"),
    ("Barriere melden", "barrier_report"),
    ("Impressum", "imprint"),
    ("Datenschutz", "privacy"),
)
_BEHIND_SIGN_IN = frozenset({"help", "glossary", "bewertungsschema"})


def _links(page: str, *, signed_in: bool) -> tuple[Entry, ...]:
    return tuple(
        Entry(label, reverse(target), "page" if target == page else "")
        for label, target in _FOOTER
        if signed_in or target not in _BEHIND_SIGN_IN
    )


def _open_help(page: str) -> str:
    """Return the help for a page to somebody who is not signed in; empty where it stands behind the sign-in."""
    return help_for(page) if is_public(page) else ""


def _navigation(page: str, held: set[Role]) -> Iterator[Entry]:
    places = [place for place in _PLACES if held & place.roles]
    here = next((place for place in places if page in place.pages), None)
    for place in places:
        current = "" if place is not here else "page" if page == place.target else "true"
        yield Entry(place.label, reverse(place.target), current)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Return the frame of the page for the person who asked. Reads the memberships, which `access_for` keeps for the request."""
    user = getattr(request, "user", None)
    page = request.resolver_match.view_name if request.resolver_match else ""
    appearance = appearance_of(request)
    if user is None or not user.is_authenticated:
        return {"frame": Frame(settings.OWNER_NAME, appearance, _links(page, signed_in=False), _open_help(page))}
    held = {grant.role for grant in access_for(user).grants}
    return {
        "frame": Frame(
            owner=settings.OWNER_NAME,
            appearance=appearance,
            links=_links(page, signed_in=True),
            help_url=help_for(page),
            person=str(user),
            has_deputies=bool(held & {*Role.in_units(), Role.COORDINATOR}),
            gets_mail=bool(kinds_for(user)),
            roles=", ".join(str(role.label) for role in Role if role in held),
            navigation=tuple(_navigation(page, held)),
        )
    }
