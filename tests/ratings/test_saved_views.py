"""Ansichten of the overview: who may do what with them, what they keep, where their short links lead, what they refuse."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Role
from ratings import saved_views as acts
from ratings.appendix import freeze, live_appendix
from ratings.models import ReportingRound, SavedView
from ratings.models.saved_view import NAME_LENGTH
from ratings.states import RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def the_round() -> ReportingRound:
    """A running round after one that is released; six Maßnahmen, 1.1 and 4.1 disputed, 3.1 and 6.1 agreed."""
    running = make.filled_round(6, concept=make.concept(slug="plan"))
    earlier = make.round(running.concept, state=RoundState.CLOSED, slug="vorher", title="Runde davor")
    dates = {"opens_on": "2020-01-01", "due_on": "2020-02-01", "closes_on": None}
    ReportingRound.objects.filter(pk=earlier.pk).update(**dates)
    earlier.refresh_from_db()
    make.snapshot(earlier, data=freeze(live_appendix(earlier)), released_at=timezone.now())
    return running


def person(role: Role, round_: ReportingRound) -> User:
    user = make.user()
    make.member(role, user=user, concept=round_.concept)
    return user


def save(client: Client, round_: ReportingRound, name: str, query: str = "", **fields: Any) -> Any:
    return client.post("/ansichten/", {"runde": round_.slug, "auswahl": query, "name": name} | fields)


def act(client: Client, view: SavedView, action: str, **fields: Any) -> Any:
    return client.post(f"/ansichten/{view.pk}/", {"action": action} | fields)


# Role, and what it may: save an own one, share it, see somebody's shared one, unshare or delete that, see one that is not shared.
RULES = [
    (Role.READER, "save see"),
    (Role.REPORTER, "save share see"),
    (Role.APPROVER, "save share see"),
    (Role.BOARD, "save share see"),
    (Role.RECORDER, "save share see"),
    (Role.COORDINATOR, "save share see withdraw"),
]


@pytest.mark.parametrize(("role", "may"), RULES, ids=[role.value for role, _ in RULES])
def test_who_may_what(role: Role, may: str, the_round: ReportingRound, client_as: Callable[..., Any]) -> None:
    client = client_as(role, concept=the_round.concept)
    shared = make.saved_view(the_round.concept, is_shared=True)
    private = make.saved_view(the_round.concept)
    shown = the_round if role != Role.READER else ReportingRound.objects.get(slug="vorher")
    got = []
    if save(client, shown, "Meine").status_code == 302:
        got.append("save")
    own = SavedView.objects.get(owner=client.user)
    act(client, own, "share")
    own.refresh_from_db()
    if own.is_shared:
        got.append("share")
    if client.get(shared.short_path).status_code == 302:
        got.append("see")
    assert act(client, shared, "rename", name="Anders").status_code in (302, 403)
    if act(client, shared, "unshare").status_code == 302:
        got.append("withdraw")
    assert " ".join(got) == may
    for url in (private.short_path, f"/ansichten/{private.pk}/"):
        assert client.get(url).status_code == 404
    shared.refresh_from_db()
    assert shared.name != "Anders"


def test_nobody_shares_by_the_form_who_may_not(the_round: ReportingRound) -> None:
    reader = person(Role.READER, the_round)
    with pytest.raises(PermissionDenied, match="Evaluationsleitung"):
        acts.create(the_round, name="Für alle", query="", is_shared=True, user=reader)


def test_other_konzepte_are_out_of_sight(the_round: ReportingRound, client_as: Callable[..., Any]) -> None:
    shared = make.saved_view(the_round.concept, is_shared=True)
    stranger = client_as(Role.COORDINATOR, concept=make.concept())
    for url in (shared.short_path, f"/ansichten/{shared.pk}/"):
        assert stranger.get(url).status_code == 404
    assert stranger.post(f"/ansichten/{shared.pk}/", {"action": "delete"}).status_code == 404
    assert save(stranger, the_round, "Fremd").status_code == 404
    assert shared.name not in stranger.get("/ansichten/").content.decode()


def test_who_lost_the_konzept_lost_the_view(the_round: ReportingRound, client_as: Callable[..., Any]) -> None:
    client = client_as(Role.BOARD, concept=the_round.concept)
    view = make.saved_view(the_round.concept, owner=client.user)
    client.user.memberships.all().delete()
    assert client.get(view.short_path).status_code == 404


# What is asked for, and what an Ansicht keeps of it in the running round.
KEPT = [
    ("bewertung=hoch&sort=-stand&zieltexte=kurz", "bewertung=hoch&sort=-stand&zieltexte=kurz"),
    ("sort=nummer&q=&seite=3", ""),
    ("handlungsfeld=99&fehlt=1", "fehlt=1"),
    ("spalten=massnahme&spalten=bewertung", "spalten=-nummer&spalten=-einheit&spalten=-kennzeichen&spalten=-stand"),
    ("vergleich=vorher", "vergleich=vorige"),
    ("vergleich=vorige&veraenderung=gleich", "vergleich=vorige&veraenderung=gleich"),
    ("ansicht=xxxxxxxx", ""),
]


@pytest.mark.parametrize(("query", "kept"), KEPT)
def test_what_an_ansicht_keeps(query: str, kept: str, the_round: ReportingRound, coordinator: Any) -> None:
    response = save(coordinator, the_round, "Auswahl", query)
    view = SavedView.objects.get()
    assert view.query == kept
    assert response["Location"].endswith(f"?{kept}{'&' if kept else ''}ansicht={view.code}")
    assert "geändert</span>" not in coordinator.get(view.short_path, follow=True).content.decode()


def test_the_short_link_leads_to_the_running_round_or_the_pinned_one(the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, "Läuft mit", "fehlt=1&vergleich=vorher")
    save(coordinator, the_round, "Bleibt", "vergleich=vorher", is_pinned="on")
    moves, stays = SavedView.objects.get(name="Läuft mit"), SavedView.objects.get(name="Bleibt")
    assert (moves.query, stays.query) == ("fehlt=1&vergleich=vorige", "vergleich=vorher")
    data = freeze(live_appendix(the_round))
    ReportingRound.objects.filter(pk=the_round.pk).update(state=RoundState.CLOSED)
    make.snapshot(the_round, data=data, released_at=timezone.now())
    newer = make.round(the_round.concept, opens_on="2090-01-01", due_on="2090-02-01", closes_on=None)
    at = f"/runden/{newer.slug}/uebersicht/?fehlt=1&vergleich=vorige&ansicht={moves.code}"
    assert coordinator.get(moves.short_path)["Location"] == at
    html = coordinator.get(at).content.decode()
    assert f"Veränderung gegenüber „{the_round.title}“" in html
    assert f"/runden/{the_round.slug}/" in coordinator.get(stays.short_path)["Location"]


def test_a_reader_sees_in_a_shared_view_what_readers_see(the_round: ReportingRound, reader: Client) -> None:
    query = "stand=missing&uneinig=1&spalten=-stand&spalten=-kennzeichen"
    view = make.saved_view(the_round.concept, query=query, is_shared=True, name="Von innen")
    html = reader.get(view.short_path, follow=True).content.decode()
    assert "Runde davor" in html
    assert "nicht lesbar" not in html
    assert ">Kennzeichen</th>" not in html
    assert "Von innen" in html
    assert "Vorschläge uneinig" not in reader.get("/ansichten/").content.decode()
    only_running = make.saved_view(the_round.concept, round=the_round, is_shared=True)
    assert reader.get(only_running.short_path).status_code == 404
    assert "Zurzeit gibt es keine Runde" in reader.get("/ansichten/").content.decode()


def test_the_overview_names_the_view_and_offers_to_update_it(the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, "Hohe", "bewertung=hoch")
    view = SavedView.objects.get()
    at = f"/runden/{the_round.slug}/uebersicht/?ansicht={view.code}"
    html = coordinator.get(f"{at}&bewertung=hoch").content.decode()
    assert re.search(r"Ansicht <b><bdi>Hohe</bdi></b>\s*</p>", html)
    assert f'href="?ansicht={view.code}&amp;fehlt=1"' in html
    assert "Änderung speichern" not in html
    changed = coordinator.get(f"{at}&bewertung=gering").content.decode()
    assert "Änderung speichern" in changed
    response = act(coordinator, view, "replace", runde=the_round.slug, auswahl="bewertung=gering")
    assert response["Location"] == f"/runden/{the_round.slug}/uebersicht/?bewertung=gering&ansicht={view.code}"
    view.refresh_from_db()
    assert view.query == "bewertung=gering"
    without = coordinator.get(f"/runden/{the_round.slug}/uebersicht/?ansicht=xxxxxxxx&fehlt=1").content.decode()
    assert 'name="ansicht"' not in without
    assert 'id="ansicht"' in without


NAMES = [
    ("  Zwei \t Wörter\r\n ", "Zwei Wörter"),
    ("=1+1", "=1+1"),
    ("<b>fett</b>", "<b>fett</b>"),
    ("תוכנית", "תוכנית"),
    ("nach \u202elinks", "nach links"),
    ("x" * NAME_LENGTH, "x" * NAME_LENGTH),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_names(given: str, kept: str, the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, given)
    assert SavedView.objects.get().name == kept
    assert "<b>fett" not in coordinator.get("/ansichten/").content.decode()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "Geben Sie der Ansicht einen Namen."),
        ("\u202e \x07", "Geben Sie der Ansicht einen Namen."),
        ("x" * (NAME_LENGTH + 1), "höchstens 80 Zeichen"),
        ("a\x00b", "nicht gespeichert werden"),
        ("Schon da", "„Schon da“ haben Sie schon"),
    ],
)
def test_names_that_are_refused_beside_the_field(name: str, complaint: str, the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, "Schon da", "fehlt=1")
    response = save(coordinator, the_round, name, "bewertung=hoch")
    assert response.status_code == 422
    html = response.content.decode()
    assert complaint in html
    assert 'value="bewertung=hoch"' in html
    assert SavedView.objects.count() == 1


def test_sent_twice_is_saved_once(the_round: ReportingRound, coordinator: Any) -> None:
    first, second = (save(coordinator, the_round, "Doppelt", "fehlt=1", is_shared="on") for _ in range(2))
    assert first["Location"] == second["Location"]
    assert SavedView.objects.get().is_shared


def test_there_is_a_limit(the_round: ReportingRound, coordinator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MOST", 2)
    for name in ("Eins", "Zwei"):
        save(coordinator, the_round, name)
    response = save(coordinator, the_round, "Drei")
    assert (response.status_code, SavedView.objects.count()) == (422, 2)
    assert "Sie haben schon 2 Ansichten" in response.content.decode()


def test_renaming_sharing_deleting(the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, "Alt")
    save(coordinator, the_round, "Besetzt")
    view = SavedView.objects.get(name="Alt")
    assert act(coordinator, view, "rename", name="Besetzt").status_code == 422
    act(coordinator, view, "rename", name=" Neu ")
    act(coordinator, view, "share")
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Neu", True)
    act(coordinator, view, "unshare")
    assert "nicht tun" in act(coordinator, view, "explode").wsgi_request._messages._queued_messages[0].message
    act(coordinator, view, "delete")
    assert not SavedView.objects.filter(pk=view.pk).exists()
    assert act(coordinator, view, "delete").status_code == 404


def test_two_people_at_one_view(the_round: ReportingRound, client_as: Callable[..., Any]) -> None:
    """The Evaluationsleitung deletes what its owner is about to rename."""
    owner, leading = person(Role.BOARD, the_round), person(Role.COORDINATOR, the_round)
    view = make.saved_view(the_round.concept, owner=owner, is_shared=True)
    acts.delete(view.pk, user=leading)
    with pytest.raises(SavedView.DoesNotExist):
        acts.rename(view.pk, name="Neu", user=owner)
    other = make.saved_view(the_round.concept, owner=owner, is_shared=True)
    acts.unshare(other.pk, user=owner)
    with pytest.raises(PermissionDenied):
        acts.delete(other.pk, user=leading)
    with pytest.raises(Impossible, match="anderen Konzept"):
        acts.replace(other.pk, make.round(), query="", user=owner)


def test_the_startansicht_opens_without_a_query_only(the_round: ReportingRound, coordinator: Any) -> None:
    for name in ("Eins", "Zwei"):
        save(coordinator, the_round, name, "fehlt=1")
    one, two = SavedView.objects.order_by("name")
    act(coordinator, one, "start")
    act(coordinator, two, "start")
    assert list(SavedView.objects.filter(is_start=True)) == [two]
    at = f"/runden/{the_round.slug}/uebersicht/"
    assert coordinator.get("/uebersicht/")["Location"] == f"{at}?fehlt=1&ansicht={two.code}"
    assert coordinator.get("/uebersicht/?q=Kita")["Location"] == f"{at}?q=Kita"
    act(coordinator, two, "no_start")
    assert coordinator.get("/uebersicht/")["Location"] == at


def test_the_queries_do_not_grow_with_the_views(
    the_round: ReportingRound, coordinator: Any, assert_query_count: QueryCounts
) -> None:
    for most in (2, 20):
        for number in range(most):
            save_as = {"owner": coordinator.user, "query": "vergleich=vorige&handlungsfeld=1", "is_shared": True}
            view = make.saved_view(the_round.concept, **save_as, name=f"{most}-{number}")
        assert_query_count("saved views", coordinator, "/ansichten/", most=8)
        assert_query_count("saved view", coordinator, f"/ansichten/{view.pk}/", most=9)
        assert_query_count(
            "overview with views", coordinator, f"/runden/{the_round.slug}/uebersicht/?ansicht={view.code}", most=10
        )


def test_deleting_is_undone(the_round: ReportingRound, coordinator: Any) -> None:
    save(coordinator, the_round, "Weg", is_shared="on", is_pinned="on")
    view = SavedView.objects.get()
    act(coordinator, view, "start")
    before = SavedView.objects.values().get()
    page = coordinator.get(act(coordinator, view, "delete").url).content.decode()
    assert f'name="restore" value="{view.code}"' in page
    for _ in range(2):
        assert "ist wieder da" in coordinator.post("/ansichten/", {"restore": view.code}, follow=True).content.decode()
    assert SavedView.objects.values().get() | {"id": 0} == before | {"id": 0}
    assert coordinator.get(view.short_path).status_code == 302


def test_deleting_is_undone_by_nobody_else_and_not_twice(the_round: ReportingRound, coordinator: Any, client_as: Any) -> None:
    view = make.saved_view(the_round.concept, owner=coordinator.user, name="Weg")
    act(coordinator, view, "delete")
    other = client_as(Role.BOARD, concept=the_round.concept)
    assert "nicht mehr zurückholen" in other.post("/ansichten/", {"restore": view.code}, follow=True).content.decode()
    with pytest.raises(PermissionDenied):
        acts.restore(view, user=other.user)
    make.saved_view(the_round.concept, owner=coordinator.user, name="Weg")
    assert "heißt inzwischen" in coordinator.post("/ansichten/", {"restore": view.code}, follow=True).content.decode()
    assert SavedView.objects.count() == 1


def test_ansichten_of_fictional_data_say_so(client_as: Callable[..., Any], the_round: ReportingRound) -> None:
    client = client_as(Role.COORDINATOR)
    make.saved_view(the_round.concept, owner=client.user)
    assert "<b>Beispieldaten:</b>" not in client.get("/ansichten/").content.decode()
    make.saved_view(make.concept(is_example=True), owner=client.user)
    assert "<b>Beispieldaten:</b>" in client.get("/ansichten/").content.decode()
