"""Rounds in the portal: who may take which step in which state, what closing freezes, what the pages say."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Role
from ratings import rounds
from ratings.appendix import freeze, live_appendix
from ratings.models import ReportingRound
from ratings.round_forms import propose_slug
from ratings.rounds import Gap
from ratings.states import RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]
_ACTS: dict[str, Callable[[int, User], object]] = {
    "open": lambda pk, user: rounds.open_round(pk, user=user),
    "coordinate": lambda pk, user: rounds.coordinate(pk, user=user),
    "close": lambda pk, user: rounds.close(
        pk, user=user, confirmed=rounds.digest(rounds.gaps(ReportingRound.objects.get(pk=pk)))
    ),
    "reopen": lambda pk, user: rounds.reopen(pk, user=user, reason="Zahlendreher in 1.1"),
}
_FITS = {"open": "preparing", "coordinate": "open", "close": "coordinating", "reopen": "closed"}
_LEADS_TO = {"open": "open", "coordinate": "coordinating", "close": "closed", "reopen": "coordinating"}


def _person(role: Role) -> User:
    user = make.user()
    make.member(role, user=user)
    return user


def _leader() -> User:
    return _person(Role.COORDINATOR)


def _ready(state: str) -> ReportingRound:
    """A round in `state` with one lead; its reports exist as soon as it is no longer prepared."""
    round_ = make.round(state=state)
    measure, unit = make.measure("1.1", concept=round_.concept), make.unit()
    make.responsibility(measure, unit)
    if state != "preparing":
        make.report(measure, unit, round=round_)
    return round_


@pytest.mark.parametrize("state", RoundState.values)
@pytest.mark.parametrize("step", _ACTS)
def test_a_step_fits_one_state_only(step: str, state: str) -> None:
    round_, leader = _ready(state), _leader()
    if state == _FITS[step]:
        _ACTS[step](round_.pk, leader)
        round_.refresh_from_db()
        assert round_.state == _LEADS_TO[step]
        assert round_.history.first().history_user == leader
    else:
        before = round_.history.count()
        with pytest.raises(Impossible):
            _ACTS[step](round_.pk, leader)
        round_.refresh_from_db()
        assert (round_.state, round_.history.count(), round_.snapshots.count()) == (state, before, 0)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
@pytest.mark.parametrize("step", _ACTS)
def test_steps_are_for_the_evaluationsleitung(step: str, role: Role) -> None:
    round_, person = _ready(_FITS[step]), _person(role)
    assert rounds.allowed_steps(person, round_) == frozenset()
    with pytest.raises(PermissionDenied, match="Evaluationsleitung"):
        _ACTS[step](round_.pk, person)
    round_.refresh_from_db()
    assert round_.state == _FITS[step]


@pytest.mark.parametrize(("step", "state"), _FITS.items())
def test_allowed_steps_name_the_one_that_fits(step: str, state: str) -> None:
    assert rounds.allowed_steps(_leader(), _ready(state)) == {step}


def test_a_coordinator_of_another_konzept_takes_no_step() -> None:
    round_, stranger = _ready("open"), make.user()
    make.member(Role.COORDINATOR, user=stranger, concept=make.concept())
    with pytest.raises(PermissionDenied):
        rounds.coordinate(round_.pk, user=stranger)


def test_opening_asks_every_responsible_unit() -> None:
    round_ = make.round(state="preparing")
    one, two = make.measure("1.1", concept=round_.concept), make.measure("1.2", concept=round_.concept)
    lead, helper = make.unit(), make.unit()
    for measure, unit in ((one, lead), (one, helper), (two, lead)):
        make.responsibility(measure, unit)
    rounds.open_round(round_.pk, user=_leader())
    found = set(round_.reports.values_list("measure", "unit", "role", "state"))
    assert found == {
        (one.pk, lead.pk, "lead", "open"),
        (one.pk, helper.pk, "contributing", "open"),
        (two.pk, lead.pk, "lead", "open"),
    }


def _confirmation(round_: ReportingRound) -> str:
    return rounds.digest(rounds.gaps(ReportingRound.objects.get(pk=round_.pk)))


def test_nothing_is_opened_where_nobody_is_responsible() -> None:
    round_ = make.round(state="preparing")
    make.measure("1.1", concept=round_.concept)
    with pytest.raises(Impossible, match="niemand"):
        rounds.open_round(round_.pk, user=_leader())
    round_.refresh_from_db()
    assert round_.state == RoundState.PREPARING


def test_other_gaps_than_the_confirmed_ones_keep_a_round_open() -> None:
    """As many as before, and another one among them."""
    first = Gap("Bericht fehlt", "1.1", "Erste")
    assert rounds.digest([first]) != rounds.digest([Gap("Bericht fehlt", "1.2", "Zweite")])
    assert rounds.digest([]) == ""


@pytest.mark.parametrize("confirmed", ["", "2", "x" * 64])
def test_gaps_must_be_confirmed(confirmed: str) -> None:
    round_, leader = _ready("coordinating"), _leader()
    assert [gap.kind for gap in rounds.gaps(round_)] == ["Bericht fehlt", "nicht abgestimmt"]
    with pytest.raises(Impossible, match="2 offene Punkte"):
        rounds.close(round_.pk, user=leader, confirmed=confirmed)
    round_.refresh_from_db()
    assert (round_.state, round_.snapshots.count()) == (RoundState.COORDINATING, 0)


def test_closing_freezes_the_live_rows_and_the_gaps() -> None:
    round_, leader = make.filled_round(4), _leader()
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.COORDINATING)
    round_.refresh_from_db()
    expected, found = freeze(live_appendix(round_, with_texts=True)), rounds.gaps(round_)
    rounds.close(round_.pk, user=leader, confirmed=rounds.digest(found))
    snapshot = round_.snapshots.get()
    assert (snapshot.version, snapshot.data, snapshot.reason, snapshot.released_at) == (1, expected, "", None)
    assert snapshot.gaps == [gap.as_text() for gap in found]


def test_reopening_leads_to_a_second_version_with_its_reason() -> None:
    round_, leader = _ready("coordinating"), _leader()
    rounds.close(round_.pk, user=leader, confirmed=_confirmation(round_))
    first = round_.snapshots.get()
    rounds.release(first.pk, user=leader)
    with pytest.raises(Impossible, match="Begründung"):
        rounds.reopen(round_.pk, user=leader, reason="  ")
    rounds.reopen(round_.pk, user=leader, reason="Zahlendreher in 1.1")
    make.agreed_rating(round_.reports.get().measure, round=round_)
    rounds.close(round_.pk, user=leader, confirmed=_confirmation(round_))
    one, two = round_.snapshots.order_by("version")
    assert (one.data, one.released_at is not None) == (first.data, True)
    assert (two.version, two.reason, two.released_at) == (2, "Zahlendreher in 1.1", None)
    assert two.data != one.data
    with pytest.raises(Impossible, match="schon freigegeben"):
        rounds.release(one.pk, user=leader)
    rounds.release(two.pk, user=leader)


def test_a_konzept_has_one_round_that_is_not_closed() -> None:
    leader, closed = _leader(), _ready("closed")
    make.round(closed.concept, state="preparing")
    with pytest.raises(Impossible, match="läuft noch"):
        rounds.reopen(closed.pk, user=leader, reason="noch einmal")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.round(closed.concept)


# The pages


def _form(concept: object, **values: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "concept": getattr(concept, "pk", concept),
        "title": "Zwischenbericht für Übergänge 2027",
        "slug": "",
        "has_ratings": "on",
        "opens_on": today.isoformat(),
        "due_on": (today + timedelta(days=20)).isoformat(),
        "closes_on": "",
        "note": "",
    } | values


def test_a_round_is_created_with_a_proposed_slug(coordinator: SignedInClient) -> None:
    response = coordinator.post("/runden/neu/", _form(make.concept()))
    round_ = ReportingRound.objects.get()
    assert response["Location"] == f"/runden/{round_.slug}/"
    assert (round_.slug, round_.state) == ("zwischenbericht-fuer-uebergaenge-2027", RoundState.PREPARING)
    assert round_.history.get().history_user == coordinator.user
    assert propose_slug("Zwischenbericht für Übergänge 2027") == "zwischenbericht-fuer-uebergaenge-2027-2"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"due_on": "2020-01-01"}, "Die Abgabefrist liegt vor dem Beginn."),
        ({"closes_on": "2020-01-01"}, "Der geplante Abschluss liegt vor der Abgabefrist."),
        ({"slug": "vergeben"}, "Diesen Kurznamen hat schon eine andere Berichtsrunde."),
        ({"slug": "neu"}, "„neu“ ist eine feste Adresse des Portals."),
        ({"opens_on": "morgen"}, "gültiges Datum"),
        ({"title": " "}, "Tragen Sie „Titel“ ein."),
    ],
)
def test_bad_input_is_named_in_german(coordinator: SignedInClient, values: dict[str, str], message: str) -> None:
    make.round(state="closed", slug="vergeben")
    response = coordinator.post("/runden/neu/", _form(make.concept(), **values))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert ReportingRound.objects.count() == 1


def test_a_second_running_round_is_refused(coordinator: SignedInClient) -> None:
    running = make.round(title="Runde 2026")
    response = coordinator.post("/runden/neu/", _form(running.concept))
    assert "In diesem Konzept gibt es schon „Runde 2026“ (offen)." in response.content.decode()
    assert ReportingRound.objects.count() == 1


def test_an_open_round_keeps_its_beginning_and_extends_its_deadline(coordinator: SignedInClient) -> None:
    round_ = make.round(due_on=date(2027, 3, 1), closes_on=None, opens_on=date(2027, 1, 1), slug="alt")
    url = f"/runden/{round_.slug}/bearbeiten/"
    values = _form(None, slug="anders", opens_on="2020-01-01", due_on="2027-02-01")
    values.pop("concept")
    assert "nur verlängern" in coordinator.post(url, values).content.decode()
    assert coordinator.post(url, values | {"due_on": "2027-04-01"}).status_code == 302
    round_.refresh_from_db()
    assert (round_.slug, round_.opens_on, round_.due_on) == ("alt", date(2027, 1, 1), date(2027, 4, 1))
    assert round_.history.first().history_change_reason == "Abgabefrist geändert, vorher 01.03.2027"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COORDINATOR, Role.READER)])
def test_everyone_inside_reads_the_page_without_actions(client_as: SignIn, role: Role) -> None:
    round_ = _ready("open")
    client = client_as(role)
    page = client.get(f"/runden/{round_.slug}/").content.decode()
    assert "Abstimmung beginnen" not in page
    assert "bearbeiten" not in page
    for address in ("bearbeiten/", "abschluss/", "abgleich/"):
        assert client.get(f"/runden/{round_.slug}/{address}").status_code == 403
    assert client.get("/runden/neu/").status_code == 403
    assert client.post(f"/runden/{round_.slug}/schritt/", {"step": "coordinate"}).status_code == 403
    round_.refresh_from_db()
    assert round_.state == RoundState.OPEN


def test_readers_are_led_to_a_released_result_and_see_nothing_else(reader: SignedInClient) -> None:
    round_ = _ready("closed")
    assert reader.get(f"/runden/{round_.slug}/").status_code == 404
    make.snapshot(round_, released_at=timezone.now())
    assert reader.get(f"/runden/{round_.slug}/")["Location"] == f"/runden/{round_.slug}/uebersicht/"
    assert round_.title in reader.get("/runden/").content.decode()


def test_the_whole_way_by_its_pages(coordinator: SignedInClient) -> None:
    round_ = _ready("preparing")
    make.responsibility(make.measure("1.2", concept=round_.concept))
    address = f"/runden/{round_.slug}/"
    assert "Öffnen fordert 2 Berichte von 2 Einheiten an." in coordinator.get(address).content.decode()
    coordinator.post(f"{address}schritt/", {"step": "open"})
    coordinator.post(f"{address}schritt/", {"step": "coordinate"})
    assert "<b>4 Punkte</b>" in coordinator.get(f"{address}abschluss/").content.decode()
    assert coordinator.post(f"{address}abschluss/", {"gaps": _confirmation(round_)}).status_code == 422
    assert coordinator.post(f"{address}abschluss/", {"gaps": "3", "confirmed": "on"}).status_code == 422
    assert coordinator.post(f"{address}abschluss/", {"gaps": _confirmation(round_), "confirmed": "on"}).status_code == 302
    assert "Fassung 1 freigeben" in coordinator.get(address).content.decode()
    coordinator.post(f"{address}schritt/", {"step": "release", "version": "1"})
    assert coordinator.post(f"{address}schritt/", {"step": "reopen", "reason": ""}).status_code == 422
    coordinator.post(f"{address}schritt/", {"step": "reopen", "reason": "Nachtrag"})
    round_.refresh_from_db()
    assert (round_.state, round_.snapshots.get().released_by) == (RoundState.COORDINATING, coordinator.user)
    reasons = list(round_.history.values_list("history_change_reason", flat=True))
    assert reasons[:4] == ["wieder geöffnet: Nachtrag", "Fassung 1 freigegeben", "abgeschlossen", "Abstimmung begonnen"]


def test_the_preview_of_closing_counts_massnahmen_and_reports_apart(coordinator: SignedInClient) -> None:
    round_ = make.round(state="coordinating")
    measure = make.measure(concept=round_.concept)
    for _ in range(2):
        make.report(measure, make.unit(), round=round_)
    page = " ".join(coordinator.get(reverse("ratings:round_close", args=[round_.slug])).content.decode().split())
    assert ">1 Maßnahme: Bericht fehlt</a>" in page
    assert 'Bericht fehlt <span class="muted">1 Maßnahme, 2 Berichte</span>' in page
    assert '<th scope="col" role="columnheader">Einheit</th>' in page


def test_a_closed_round_does_not_say_that_reports_are_still_to_come(coordinator: SignedInClient) -> None:
    round_ = make.round()
    make.report(round=round_)
    url = f"/runden/{round_.slug}/"
    assert "1 steht noch aus</a>" in coordinator.get(url).content.decode()
    make.snapshot(round_, data=freeze(live_appendix(round_)))
    ReportingRound.objects.update(state="closed")
    page = coordinator.get(url).content.decode()
    assert "1 wurde nicht eingereicht" in page
    assert "steht noch aus" not in page


@pytest.mark.parametrize(
    ("state", "step", "says"),
    [
        ("preparing", "open", "1 Bericht von 1 Einheit, Abgabe bis "),
        ("open", "coordinate", "1 Bericht steht noch aus."),
        ("closed", "release&version=1", "Beim Abschluss waren 2 Punkte offen."),
    ],
)
def test_a_step_is_shown_before_it_is_taken(coordinator: SignedInClient, state: str, step: str, says: str) -> None:
    round_ = _ready(state)
    if state == "closed":
        make.snapshot(round_, gaps=["1.1 A: Bericht fehlt", "1.2 B: Bericht fehlt"])
    page = coordinator.get(f"/runden/{round_.slug}/schritt/?step={step}").content.decode()
    assert says in page
    assert f'name="step" value="{step.partition("&")[0]}"' in page
    round_.refresh_from_db()
    assert (round_.state, round_.snapshots.exclude(released_at=None).count()) == (state, 0)


@pytest.mark.parametrize("step", ["open", "close", "reopen", "unsinn", ""])
def test_a_step_that_does_not_fit_is_not_shown(coordinator: SignedInClient, step: str) -> None:
    round_ = _ready("open")
    response = coordinator.get(f"/runden/{round_.slug}/schritt/?step={step}")
    assert response["Location"] == f"/runden/{round_.slug}/"


@pytest.mark.parametrize("step", ["open", "release", "unsinn", ""])
def test_an_impossible_step_says_why_and_changes_nothing(coordinator: SignedInClient, step: str) -> None:
    round_ = _ready("coordinating")
    make.snapshot(round_)
    response = coordinator.post(f"/runden/{round_.slug}/schritt/", {"step": step, "version": "1"}, follow=True)
    assert "kern-alert--danger" in response.content.decode()
    round_.refresh_from_db()
    assert round_.state == RoundState.COORDINATING


def test_the_sync_page_shows_what_it_will_do_and_does_it(coordinator: SignedInClient) -> None:
    round_ = _ready("open")
    make.responsibility(make.measure("1.2", concept=round_.concept), make.unit(name="Volkshochschule"))
    address = f"/runden/{round_.slug}/"
    assert "Abgleich ansehen" in coordinator.get(address).content.decode()
    assert "Volkshochschule" in coordinator.get(f"{address}abgleich/").content.decode()
    assert round_.reports.count() == 1
    coordinator.post(f"{address}abgleich/")
    assert round_.reports.count() == 2
    assert "Nichts zu übernehmen" in coordinator.get(f"{address}abgleich/").content.decode()


def test_the_page_costs_the_same_at_ten_times_the_rows(coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    for size in (2, 20):
        round_ = make.filled_round(size)
        assert_query_count("round", coordinator, f"/runden/{round_.slug}/", most=14)
    assert_query_count("rounds", coordinator, "/runden/", most=4)
