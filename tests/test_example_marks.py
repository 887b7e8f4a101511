"""Rule 11 of DESIGN.md: fictional data says „Beispieldaten“ on every page and in every file; a page says if only a part is fictional."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from goals.models import Concept, Role
from ratings.appendix import freeze, live_appendix
from ratings.models import OutgoingMail, ReportingRound
from tests import factories as make
from tests.conftest import SignedInClient
from tests.pages import PAGES, ROLES, build_world
from tests.ratings.mails import mail

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]
MARK = "<b>Beispieldaten:</b>"
PART = "Ein Teil der Angaben auf dieser Seite ist erfunden."
# Pages and files that show nothing of a Konzept. The pictures of the help say it themselves (tests/evalportal/test_help.py).
NOTHING_SHOWN = {
    "accessibility", "barrier_report", "barrier_report_sent", "bewertungsschema", "glossary", "goals:concept_template", "healthz", "help",
    "help_page", "imprint", "privacy", "ratings:mail_preferences", "ratings:unit_create", "signed_in",
}  # fmt: skip


def _marked(role: str, client_as: SignIn, *, fictional: bool) -> dict[str, bool]:
    """Return of each page that this role may see whether it says that its data is fictional."""
    world = build_world()
    Concept.objects.update(is_example=fictional)
    OutgoingMail.objects.update(is_example=fictional)
    client = Client() if role == "nobody" else client_as(Role(role), world["unit"] if role in ("reporter", "approver") else None)
    found = {}
    for name in PAGES:
        response = client.get(reverse(name, kwargs=world.get(name, {})))
        if response.status_code == 200:
            is_page = response["Content-Type"].startswith("text/html")
            says = response.content.decode() if is_page else response.get("Content-Disposition", "")
            found[name] = (MARK if is_page else "Beispieldaten_") in says
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_page_with_fictional_data_says_so(role: str, client_as: SignIn) -> None:
    found = _marked(role, client_as, fictional=True)
    # Who reports in no unit finds there how to get a role, and nothing else.
    nothing = NOTHING_SHOWN | (set() if role in ("reporter", "approver") else {"ratings:my_reports"})
    assert {name for name, says in found.items() if not says and not name.startswith("account_")} == nothing & set(found)


@pytest.mark.parametrize("role", ["coordinator", "reporter"])
def test_real_data_is_never_called_fictional(role: str, client_as: SignIn) -> None:
    assert [name for name, says in _marked(role, client_as, fictional=False).items() if says] == []


def _closed(concept: Concept) -> ReportingRound:
    """A closed round in which nothing happened of late."""
    make.measure("1.1", concept=concept)
    return make.round(concept, state="closed")


def _released(concept: Concept) -> None:
    round_ = _closed(concept)
    make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())


def _to_release(concept: Concept) -> None:
    round_ = _closed(concept)
    make.snapshot(round_, data=freeze(live_appendix(round_)))


def _supplement(concept: Concept) -> None:
    round_ = _closed(concept)
    make.supplement(concept.measures.get(), round=round_)


def _happened(concept: Concept) -> None:
    ReportingRound.objects.filter(pk=make.filled_round(3, concept=concept).pk).update(state="closed")


def _running(concept: Concept) -> None:
    make.round(concept)


def _troubled_mail(concept: Concept) -> None:
    mail(state="failed", is_example=concept.is_example)


PARTS = [_released, _to_release, _supplement, _happened, _running]


@pytest.mark.parametrize("part", [*PARTS, _troubled_mail])
@pytest.mark.parametrize("fictional", [True, False])
def test_each_part_of_the_start_page_is_marked(
    part: Callable[[Concept], None], fictional: bool, coordinator: SignedInClient
) -> None:
    part(make.concept(is_example=fictional))
    assert (MARK in coordinator.get("/").content.decode()) is fictional


@pytest.mark.parametrize("part", PARTS)
def test_a_start_page_with_both_says_which_part_is_fictional(
    part: Callable[[Concept], None], coordinator: SignedInClient
) -> None:
    """A running round stands there in full, so that an earlier result is only one line."""
    _running(make.concept())
    part(make.concept(is_example=True))
    page = coordinator.get("/").content.decode()
    assert PART in page
    assert "(Beispieldaten)" in page


@pytest.mark.parametrize(
    "name", ["ratings:search", "ratings:saved_views", "ratings:rounds", "goals:concepts", "goals:concept_create"]
)
def test_lists_over_all_konzepte_say_which_part_is_fictional(name: str, coordinator: SignedInClient) -> None:
    for is_example in (True, False):
        measure = make.measure("1.1", concept=make.concept(is_example=is_example), title="Sprachkurse")
        make.round(measure.concept)
        make.saved_view(measure.concept, owner=coordinator.user)
    page = coordinator.get(reverse(name), {"q": "Sprachkurse"} if name == "ratings:search" else {}).content.decode()
    assert PART in page
    assert page.partition("<main")[2].count("Beispieldaten") == 1
