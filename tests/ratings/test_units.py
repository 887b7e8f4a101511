"""Units and responsibilities in the portal: who may change them, what that does to running rounds, what is refused and why."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Concept, Deputy, Measure, OrgUnit, Role
from goals.permissions import load_access
from ratings import organising
from ratings.models import DueExtension, ReportingRound
from ratings.organising import OtherEffects
from ratings.states import ReportState
from ratings.workflow import Impossible
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts

pytestmark = pytest.mark.django_db

SignIn = Callable[..., SignedInClient]


def _leader(concept: Concept | None = None) -> User:
    user = make.user()
    make.member(Role.COORDINATOR, user=user, concept=concept)
    return user


def _running() -> tuple[ReportingRound, Measure, OrgUnit]:
    """An open round in which „Sprachbüro“ leads 1.1 and has submitted."""
    round_ = make.round()
    measure, unit = make.measure("1.1", concept=round_.concept), make.unit(name="Sprachbüro", slug="sprachbuero")
    make.submission(make.report(measure, unit, round=round_))
    return round_, measure, unit


def _states(round_: ReportingRound) -> set[tuple[str, str, str]]:
    return {(report.unit.name, report.role, report.state) for report in round_.reports.select_related("unit")}


def test_merging_hands_the_reports_over_in_one_go() -> None:
    round_, _, unit = _running()
    into, leader = make.unit(name="Volkshochschule"), _leader()
    effects = organising.merge_unit(unit.pk, into_id=into.pk, reason="Verfügung 7", user=leader)
    assert [effect.size for effect in effects] == [2]
    assert _states(round_) == {("Sprachbüro", "lead", "entfallen"), ("Volkshochschule", "lead", "open")}
    unit.refresh_from_db()
    assert (unit.is_active, unit.successor) == (False, into)
    entry = unit.history.first()
    assert (entry.history_user, entry.history_change_reason) == (leader, "in „Volkshochschule“ aufgegangen: Verfügung 7")


# Per unit („alt“ goes, „neu“ takes its place) and Maßnahme (empty: all): until how many days after the round's deadline.
EXTENSIONS: dict[str, tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]] = {
    "for one Maßnahme": ({("alt", "1.1"): 5}, {("neu", "1.1"): 5}),
    "for all: those taken over alone": ({("alt", ""): 5}, {("neu", "1.1"): 5, ("neu", "2.1"): 5}),
    "the longest counts": ({("alt", ""): 5, ("alt", "1.1"): 9}, {("neu", "1.1"): 9, ("neu", "2.1"): 5}),
    "as long there already": ({("alt", "1.1"): 5, ("neu", "1.1"): 5}, {("neu", "1.1"): 5}),
    "longer than there": ({("alt", "1.1"): 9, ("neu", "1.1"): 5}, {("neu", "1.1"): 9}),
    "covered there by one for all": ({("alt", "1.1"): 5, ("neu", ""): 9}, {("neu", ""): 9}),
    "of all units": ({("", "1.1"): 5}, {("", "1.1"): 5}),
}


@pytest.mark.parametrize(("before", "after"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_merging_hands_longer_deadlines_over(
    before: dict[tuple[str, str], int], after: dict[tuple[str, str], int], coordinator: SignedInClient
) -> None:
    round_, first, old = _running()
    new = make.unit(name="Neu", slug="neu")
    second, third = (make.measure(f"{number}.1", concept=round_.concept) for number in (2, 3))
    make.report(second, old, round=round_)
    make.report(third, new, round=round_)
    units, measures = {"alt": old, "neu": new, "": None}, {"1.1": first, "2.1": second, "": None}

    def day(number: int) -> date:
        return round_.due_on + timedelta(days=number)

    for (unit, measure), number in before.items():
        fields = {"unit": units[unit], "measure": measures[measure], "due_on": day(number)}
        DueExtension.objects.create(round=round_, reason="Krank", granted_at=timezone.now(), **fields)
    sent = {"step": "merge", "into": new.pk, "reason": "Verfügung 7"}
    shown = coordinator.post("/einheiten/sprachbuero/", sent)
    taken = {pair for pair in after if pair not in before or after[pair] != before[pair]}
    assert ("Diese Fristverlängerungen gehen über" in shown.content.decode()) is bool(taken)
    assert DueExtension.objects.count() == len(before)
    coordinator.post("/einheiten/sprachbuero/", sent | {"expected": shown.context["expected"]})
    names = {old.pk: "alt", new.pk: "neu", None: ""}
    found = {
        (names[row.unit_id], row.measure.number if row.measure else ""): (row.due_on - round_.due_on).days
        for row in DueExtension.objects.select_related("measure__goal")
    }
    assert found == after
    for row in DueExtension.history.filter(history_type="-"):
        assert row.history_change_reason == "Verlängerung auf „Neu“ übergegangen"


@pytest.mark.parametrize(
    ("with_own_role", "there_already", "until", "goes_over"),
    [(False, False, 7, True), (True, False, 7, False), (False, True, 7, False), (False, False, -1, False)],
    ids=["running", "the deputy has a role there", "exists there", "over"],
)
def test_merging_hands_vertretungen_over(
    with_own_role: bool, there_already: bool, until: int, goes_over: bool, coordinator: SignedInClient
) -> None:
    _, _, unit = _running()
    into, today = make.unit(name="Volkshochschule"), timezone.localdate()
    absent, deputy = make.member(Role.REPORTER, unit=unit), make.member(Role.REPORTER, unit=into if with_own_role else None)
    days = {"from_on": today - timedelta(days=9), "until_on": today + timedelta(days=until)}
    row = Deputy.objects.create(absent=absent, deputy=deputy, unit=unit, **days)
    if there_already:
        Deputy.objects.create(absent=absent, deputy=deputy, unit=into, **days)
    sent = {"step": "merge", "into": into.pk, "reason": "Verfügung 7"}
    shown = coordinator.post("/einheiten/sprachbuero/", sent)
    assert ("Eine Vertretung geht auf „Volkshochschule“ über" in shown.content.decode()) is goes_over
    row.refresh_from_db()
    assert row.unit == unit
    coordinator.post("/einheiten/sprachbuero/", sent | {"expected": shown.context["expected"]})
    row.refresh_from_db()
    assert (row.unit == into) is goes_over
    if goes_over:
        entry = row.history.first()
        assert (entry.history_user, "übergegangen" in entry.history_change_reason) == (coordinator.user, True)
        assert into.pk not in load_access(deputy).units({Role.REPORTER}, make.concept().pk), "only with a role of who is absent"
        make.member(Role.REPORTER, unit=into, user=absent)
        assert into.pk in load_access(deputy).units({Role.REPORTER}, make.concept().pk)


def test_a_unit_that_is_taken_up_again_gets_its_reports_back() -> None:
    round_, _, unit = _running()
    into, leader = make.unit(name="Volkshochschule"), _leader()
    organising.merge_unit(unit.pk, into_id=into.pk, reason="Verfügung 7", user=leader)
    organising.reactivate_unit(unit.pk, reason="Verfügung 8", user=leader)
    assert _states(round_) == {("Sprachbüro", "lead", "submitted"), ("Volkshochschule", "lead", "entfallen")}
    unit.refresh_from_db()
    assert (unit.is_active, unit.successor) == (True, None)


def test_deactivating_leaves_nobody() -> None:
    round_, _, unit = _running()
    organising.deactivate_unit(unit.pk, reason="aufgelöst", user=_leader())
    assert _states(round_) == {("Sprachbüro", "lead", "entfallen")}


def test_former_units_follow_their_successor() -> None:
    """A went into B; when B goes into C, C takes over what was A's as well."""
    round_, _, unit = _running()
    b, c, leader = make.unit(name="B"), make.unit(name="C"), _leader()
    organising.merge_unit(unit.pk, into_id=b.pk, reason="1", user=leader)
    organising.merge_unit(b.pk, into_id=c.pk, reason="2", user=leader)
    assert ("C", "lead", "open") in _states(round_)
    assert ("B", "lead", "entfallen") in _states(round_)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda u, _, who: organising.merge_unit(u.pk, into_id=u.pk, reason="x", user=who), "nicht in sich selbst"),
        (
            lambda u, o, who: organising.merge_unit(u.pk, into_id=o.pk, reason="x", user=who),
            "„Alt“ ist nicht aktiv und kann keine",
        ),
        (lambda u, o, who: organising.merge_unit(o.pk, into_id=u.pk, reason="x", user=who), "„Alt“ ist nicht aktiv. Nehmen"),
        (lambda u, o, who: organising.deactivate_unit(o.pk, reason="x", user=who), "schon nicht mehr aktiv"),
        (lambda u, o, who: organising.reactivate_unit(u.pk, reason="x", user=who), "schon aktiv"),
        (lambda u, o, who: organising.deactivate_unit(u.pk, reason=" ", user=who), "Begründung"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(act: Callable[..., object], message: str) -> None:
    round_, _, unit = _running()
    old = make.unit(name="Alt", is_active=False, successor=unit)
    with pytest.raises(Impossible, match=message):
        act(unit, old, _leader())
    assert _states(round_) == {("Sprachbüro", "lead", "submitted")}
    assert OrgUnit.objects.get(pk=unit.pk).is_active
    assert unit.history.count() == 1


def test_a_unit_shared_with_another_konzept_is_not_changed_by_one_alone() -> None:
    round_, _, unit = _running()
    other = make.concept(short_title="Klimaschutz")
    make.responsibility(make.measure("1.1", concept=other), unit)
    leader = _leader(round_.concept)
    decision = organising.may_change_unit(leader, unit)
    assert not decision
    assert "„Klimaschutz“" in decision.reason
    with pytest.raises(PermissionDenied, match="Klimaschutz"):
        organising.deactivate_unit(unit.pk, reason="x", user=leader)
    make.member(Role.COORDINATOR, user=leader, concept=other)
    assert organising.may_change_unit(User.objects.get(pk=leader.pk), unit)
    assert organising.may_change_unit(_leader(), unit)


def test_a_rehearsal_changes_nothing() -> None:
    round_, _, unit = _running()
    leader = _leader()

    def act() -> organising.Effects:
        return organising.deactivate_unit(unit.pk, reason="x", user=leader)

    effects = organising.rehearse(act)
    assert [report.get_state_display() for report in effects[0].sync.dropped] == ["eingereicht"]
    assert OrgUnit.objects.get(pk=unit.pk).is_active
    assert _states(round_) == {("Sprachbüro", "lead", "submitted")}
    with pytest.raises(OtherEffects):
        organising.carry_out(act, expected=organising.digest(()))
    assert OrgUnit.objects.get(pk=unit.pk).is_active
    organising.carry_out(act, expected=organising.digest(effects))
    assert not OrgUnit.objects.get(pk=unit.pk).is_active


def test_responsibilities_are_set_and_carried_over() -> None:
    round_, measure, unit = _running()
    lead, helper, leader = make.unit(name="Neu"), make.unit(name="Hilft"), _leader()
    organising.assign(measure.pk, lead=lead, contributing=[unit, helper], source="Seite 4", reason="Beschluss", user=leader)
    assert _states(round_) == {
        ("Neu", "lead", "open"),
        ("Sprachbüro", "contributing", "submitted"),
        ("Hilft", "contributing", "open"),
    }
    assert measure.responsibilities.get(unit=lead).source == "Seite 4"
    organising.assign(measure.pk, lead=None, contributing=[helper], source="", reason="", user=leader)
    assert {line for line in _states(round_) if line[2] != ReportState.DROPPED} == {("Hilft", "contributing", "open")}
    assert measure.responsibilities.get().source == "Seite 4"


@pytest.mark.parametrize("kept", [True, False])
def test_a_unit_that_is_not_active_is_kept_but_not_added(kept: bool) -> None:
    _, measure, unit = _running()
    old = make.unit(name="Alt", is_active=False)
    if kept:
        make.responsibility(measure, old)
        organising.assign(measure.pk, lead=unit, contributing=[old], source="", reason="", user=_leader())
    else:
        with pytest.raises(Impossible, match="„Alt“ ist nicht aktiv"):
            organising.assign(measure.pk, lead=unit, contributing=[old], source="", reason="", user=_leader())
    assert measure.responsibilities.filter(unit=old).exists() == kept


# The pages


def test_a_unit_is_merged_by_its_page_after_a_preview(coordinator: SignedInClient) -> None:
    round_, _, unit = _running()
    into = make.unit(name="Volkshochschule")
    sent = {"step": "merge", "into": into.pk, "reason": "Verfügung 7"}
    shown = coordinator.post("/einheiten/sprachbuero/", sent)
    page = shown.content.decode()
    assert "Noch ist nichts geändert." in page
    assert "bisher eingereicht" in page
    assert OrgUnit.objects.get(pk=unit.pk).is_active
    assert "andere Folgen" in coordinator.post("/einheiten/sprachbuero/", sent | {"expected": "1"}).content.decode()
    assert OrgUnit.objects.get(pk=unit.pk).is_active
    assert coordinator.post("/einheiten/sprachbuero/", sent | {"expected": shown.context["expected"]}).status_code == 302
    assert ("Volkshochschule", "lead", "open") in _states(round_)
    assert "aufgegangen in" in coordinator.get("/einheiten/").content.decode()


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"step": "merge", "reason": "x"}, "Wählen Sie die Einheit, die an ihre Stelle tritt."),
        ({"step": "deactivate", "reason": ""}, "Schreiben Sie, warum."),
        ({"step": "reactivate", "reason": "x"}, "„Sprachbüro“ ist schon aktiv."),
        ({"step": "describe", "name": "", "short_name": "S"}, "Tragen Sie „Name“ ein."),
    ],
)
def test_the_page_keeps_the_input_and_says_what_is_wrong(coordinator: SignedInClient, sent: dict[str, str], message: str) -> None:
    _running()
    response = coordinator.post("/einheiten/sprachbuero/", sent)
    assert response.status_code == 422
    assert message in response.content.decode()


def test_a_unit_is_renamed_and_reports_stay(coordinator: SignedInClient) -> None:
    round_, _, unit = _running()
    sent = {"step": "describe", "name": "Sprache und Bildung", "short_name": "Sprache", "requires_approval": "on", "note": ""}
    assert coordinator.post("/einheiten/sprachbuero/", sent).status_code == 302
    assert _states(round_) == {("Sprache und Bildung", "lead", "submitted")}
    assert unit.history.first().history_change_reason == "umbenannt, vorher „Sprachbüro“"


def test_a_unit_below_itself_is_refused(coordinator: SignedInClient) -> None:
    _, _, unit = _running()
    child = make.unit(parent=unit)
    sent = {"step": "describe", "name": "S", "short_name": "S", "parent": child.pk, "note": ""}
    response = coordinator.post("/einheiten/sprachbuero/", sent)
    assert response.status_code == 422
    assert "Das ergäbe einen Kreis" in response.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_units_are_for_the_evaluationsleitung(client_as: SignIn, role: Role) -> None:
    _, measure, _ = _running()
    client = client_as(role)
    for address in (
        "/einheiten/",
        "/einheiten/sprachbuero/",
        f"/konzepte/{measure.concept.slug}/massnahmen/1.1/zustaendigkeit/",
    ):
        response = client.get(address)
        assert response.status_code == 403
        assert "nur die Evaluationsleitung" in response.content.decode()
        assert client.post(address, {"step": "deactivate", "reason": "x"}).status_code in (403, 405)


def test_a_coordinator_of_one_konzept_reads_why_a_shared_unit_is_locked(client_as: SignIn) -> None:
    round_, _, unit = _running()
    make.responsibility(make.measure("1.1", concept=make.concept(short_title="Klimaschutz")), unit)
    client = client_as(Role.COORDINATOR, concept=round_.concept)
    page = client.get("/einheiten/sprachbuero/").content.decode()
    assert "ist auch in „Klimaschutz“ zuständig" in page
    assert "Folgen ansehen" not in page
    assert client.post("/einheiten/sprachbuero/", {"step": "deactivate", "reason": "x"}).status_code == 403


def test_responsibilities_are_changed_by_their_page(coordinator: SignedInClient) -> None:
    round_, measure, unit = _running()
    new = make.unit(name="Neu")
    address = f"/konzepte/{measure.concept.slug}/massnahmen/1.1/zustaendigkeit/"
    sent = {"lead": new.pk, "contributing": [unit.pk], "source": "", "reason": ""}
    both = coordinator.post(address, {"lead": unit.pk, "contributing": [unit.pk]})
    assert "kann nicht zugleich zuarbeiten" in both.content.decode()
    shown = coordinator.post(address, sent)
    assert "Noch ist nichts geändert." in shown.content.decode()
    assert measure.responsibilities.count() == 1
    assert coordinator.post(address, sent | {"expected": shown.context["expected"]}).status_code == 302
    assert _states(round_) == {("Neu", "lead", "open"), ("Sprachbüro", "contributing", "submitted")}
    ReportingRound.objects.update(state="closed")
    assert coordinator.post(address, {"lead": "", "contributing": []}).status_code == 302
    assert not measure.responsibilities.exists()


@pytest.mark.parametrize("number", ["9.9", "1.2", "1.99999999999999999999"])
def test_an_unknown_massnahme_is_not_found(coordinator: SignedInClient, number: str) -> None:
    _, measure, _ = _running()
    assert coordinator.get(f"/konzepte/{measure.concept.slug}/massnahmen/{number}/zustaendigkeit/").status_code == 404


def test_the_pages_cost_the_same_at_ten_times_the_rows(coordinator: SignedInClient, assert_query_count: QueryCounts) -> None:
    for size in (2, 20):
        _, _, unit = make.filled_round(size), None, make.unit()
        for _ in range(size):
            make.responsibility(unit=unit)
        assert_query_count("units", coordinator, "/einheiten/", most=4)
        assert_query_count("unit", coordinator, f"/einheiten/{unit.slug}/", most=12)
