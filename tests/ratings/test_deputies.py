"""Vertretungen: who may name whom, the page, ending early (issue 3, item 8)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Concept, Deputy, Membership, OrgUnit, Role
from goals.permissions import load_access
from ratings import deputies as acts
from ratings.workflow import Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db

URL = "/vertretungen/"


def today() -> date:
    return timezone.localdate()


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def concept() -> Concept:
    return make.concept()


@pytest.fixture
def unit() -> OrgUnit:
    return make.unit(name="Fachdienst Jugend", short_name="FD 3")


@pytest.fixture
def absent(client_as: Any, unit: OrgUnit, concept: Concept) -> Any:
    return client_as(Role.REPORTER, unit, user=make.user(first_name="Ada", last_name="Fehlt"), concept=concept)


@pytest.fixture
def other(client_as: Any, concept: Concept) -> Any:
    return client_as(Role.REPORTER, make.unit(), user=make.user(first_name="Bo", last_name="Springtein"), concept=concept)


def sent(client: Any, deputy: User, **fields: Any) -> dict[str, Any]:
    [place] = [place for place in acts.places(client.user) if place.absent == client.user]
    return {"place": place.key, "deputy": deputy.pk, "from_on": today(), "until_on": in_days(7), "note": "", **fields}


def row_of(absent: Any, other: Any, unit: OrgUnit, **fields: Any) -> Deputy:
    defaults = {"absent": absent.user, "deputy": other.user, "unit": unit, "from_on": today(), "until_on": in_days(7)}
    return Deputy.objects.create(**defaults | fields)


def test_a_reporter_names_a_deputy_who_then_reports(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    report = make.report(make.measure(concept=concept), unit)
    assert other.get(f"/berichte/{report.pk}/").status_code != 200
    response = absent.post(URL, sent(absent, other.user), follow=True)
    assert "Bo Springtein vertritt Ada Fehlt in „Fachdienst Jugend“" in response.content.decode()
    row = Deputy.objects.get()
    assert (row.concept, row.history.get().history_user) == (concept, absent.user)
    page = other.get(f"/berichte/{report.pk}/")
    assert page.status_code == 200
    assert "Einreichen" in page.content.decode() or "einreichen" in page.content.decode()
    assert report.measure.title in other.get("/berichte/").content.decode()
    listed = other.get(URL).content.decode()
    assert "Ada Fehlt" in listed
    assert f'name="end" value="{row.pk}"' not in listed


def test_ended_early_the_access_is_gone(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    row, report = row_of(absent, other, unit, concept=concept), make.report(make.measure(concept=concept), unit)
    assert other.get(f"/berichte/{report.pk}/").status_code == 200
    response = absent.post(URL, {"end": row.pk}, follow=True)
    assert "ist beendet" in response.content.decode()
    assert other.get(f"/berichte/{report.pk}/").status_code != 200
    row.refresh_from_db()
    assert row.ended_at is not None
    assert row.history.first().history_user == absent.user
    again = absent.post(URL, {"end": row.pk}, follow=True)
    assert "schon beendet" in again.content.decode()
    assert row.history.count() == 2


def test_who_ends(absent: Any, other: Any, unit: OrgUnit, client_as: Any) -> None:
    """The deputy sees it and is refused with the reason; strangers do not see it; another Konzept's Evaluationsleitung sees it."""
    row = row_of(absent, other, unit)
    refused = other.post(URL, {"end": row.pk})
    assert refused.status_code == 403
    assert "Ada Fehlt oder die Evaluationsleitung" in refused.content.decode()
    assert client_as(Role.REPORTER).post(URL, {"end": row.pk}).status_code == 404
    assert client_as(Role.COORDINATOR, concept=make.concept()).post(URL, {"end": row.pk}).status_code == 403
    for wrong in ("", "x", "²", "99999999"):
        assert absent.post(URL, {"end": wrong}).status_code == 404
    assert client_as(Role.COORDINATOR).post(URL, {"end": row.pk}).status_code == 302


def no_role(case: dict[str, Any]) -> str:
    case["deputy"] = make.member(Role.BOARD, user=make.user(first_name="Kim", last_name="Rat")).pk
    return "Kim Rat hat die Rolle „Berichterstattung“ im Konzept"


def role_in_another_concept(case: dict[str, Any]) -> str:
    case["deputy"] = make.member(Role.REPORTER, concept=make.concept()).pk
    return "hat die Rolle „Berichterstattung“ im Konzept"


def inactive(case: dict[str, Any]) -> str:
    case["deputy"] = make.member(Role.REPORTER, user=make.user(is_active=False)).pk
    return "ist nicht aktiv"


def nobody(case: dict[str, Any]) -> str:
    case["deputy"] = make.user().pk
    return "Diese Person gibt es nicht"


def own_role_there(case: dict[str, Any]) -> str:
    unit = Membership.objects.get(user=case["absent"]).unit
    case["deputy"] = make.member(Role.REPORTER, unit=unit).pk
    return "schon eine eigene Rolle"


def oneself(case: dict[str, Any]) -> str:
    case["deputy"] = case["absent"].pk
    return "Niemand vertritt sich selbst"


def wrong_order(case: dict[str, Any]) -> str:
    case["until_on"] = in_days(-1)
    return "liegt vor ihrem Beginn"


def past(case: dict[str, Any]) -> str:
    case["from_on"], case["until_on"] = in_days(-9), in_days(-1)
    return "gilt nicht rückwirkend"


def too_long(case: dict[str, Any]) -> str:
    case["until_on"] = in_days(367)
    return "höchstens ein Jahr"


def foreign_place(case: dict[str, Any]) -> str:
    stranger = make.member(Role.REPORTER)
    case["place"] = f"{stranger.pk}-{stranger.memberships.get().unit_id}-0"
    return "Dort ist keine Vertretung möglich"


def empty(case: dict[str, Any]) -> str:
    case.update(deputy="", from_on="", until_on="x", place="")
    return "Wählen Sie, wer vertritt."


BAD = [
    no_role,
    role_in_another_concept,
    inactive,
    nobody,
    own_role_there,
    oneself,
    wrong_order,
    past,
    too_long,
    foreign_place,
    empty,
]


@pytest.mark.parametrize("spoil", BAD)
def test_bad_input(spoil: Callable[[dict[str, Any]], str], absent: Any, other: Any) -> None:
    case = sent(absent, other.user) | {"absent": absent.user, "note": "bitte behalten"}
    message = spoil(case)
    case.pop("absent")
    response = absent.post(URL, case)
    text = response.content.decode()
    assert response.status_code == 422
    assert message in text
    assert "bitte behalten" in text
    assert not Deputy.objects.exists()


def test_twice_in_the_same_days(absent: Any, other: Any) -> None:
    absent.post(URL, sent(absent, other.user))
    response = absent.post(URL, sent(absent, other.user, from_on=in_days(7), until_on=in_days(9)))
    assert "vertritt hier schon vom" in response.content.decode()
    assert absent.post(URL, sent(absent, other.user, from_on=in_days(8), until_on=in_days(9))).status_code == 302


def test_a_deputy_does_not_hand_it_on(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    row_of(absent, other, unit, concept=concept)
    assert unit.pk in load_access(other.user).units({Role.REPORTER}, concept.pk)
    assert unit not in [place.unit for place in acts.places(other.user)]


def test_places(client_as: Any) -> None:
    """One's own units with sub-units; the Evaluationsleitung those of everyone in its Konzepte."""
    concept, parent = make.concept(), make.unit()
    below, external = make.unit(parent=parent), make.unit(parent=parent, is_external=True)
    closed = make.unit(parent=parent, is_active=False)
    person = make.member(Role.APPROVER, unit=parent, with_subunits=True)
    elsewhere = make.member(Role.REPORTER, concept=make.concept())
    assert {place.unit for place in acts.places(person)} == {parent, below}
    assert not {external, closed} & {place.unit for place in acts.places(person)}
    leading = acts.places(client_as(Role.COORDINATOR, concept=concept).user)
    assert {(place.absent, place.concept) for place in leading} == {(person, concept)}
    everywhere = acts.places(client_as(Role.COORDINATOR).user)
    assert {place.absent for place in everywhere} == {person, elsewhere}
    assert acts.places(make.member(Role.BOARD)) == []


def test_the_coordinator_names_one_for_others(coordinator: Any, absent: Any, other: Any, unit: OrgUnit) -> None:
    page = coordinator.get(URL).content.decode()
    assert "Ada Fehlt: Fachdienst Jugend" in page
    [place] = [place for place in acts.places(coordinator.user) if place.absent == absent.user]
    data = {"place": place.key, "deputy": other.user.pk, "from_on": today(), "until_on": today()}
    assert coordinator.post(URL, data).status_code == 302
    assert Deputy.objects.get().absent == absent.user
    assert "Bo Springtein" in absent.get(URL).content.decode()


@pytest.mark.parametrize("role", [Role.READER, Role.BOARD, Role.RECORDER])
def test_who_has_nothing_to_do_with_it(role: Role, client_as: Any) -> None:
    client = client_as(role)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {}).status_code == 403
    assert URL not in client.get("/").content.decode()


def test_the_menu_leads_there(absent: Any, coordinator: Any) -> None:
    for client in (absent, coordinator):
        assert f'href="{URL}"' in client.get("/").content.decode()


def test_planned_and_past_are_told_apart(absent: Any, other: Any, unit: OrgUnit) -> None:
    row_of(absent, other, unit, from_on=in_days(3))
    row_of(absent, other, unit, from_on=in_days(-9), until_on=in_days(-5))
    text = absent.get(URL).content.decode()
    assert text.count('name="end"') == 1
    assert "geplant" in text
    assert "Beendet" in text


def test_give_says_what_a_person_lacks(absent: Any) -> None:
    [place] = acts.places(absent.user)
    with pytest.raises(Impossible, match="die Rolle „Berichterstattung“ im Konzept"):
        acts.give(place, make.member(Role.READER), from_on=today(), until_on=today(), user=absent.user)


def test_query_counts(coordinator: Any, unit: OrgUnit, assert_query_count: Any) -> None:
    for size in (2, 5):
        for _ in range(size):
            one, two = make.member(Role.REPORTER), make.member(Role.REPORTER)
            Deputy.objects.create(absent=one, deputy=two, unit=unit, from_on=today(), until_on=today())
        assert_query_count("deputies", coordinator, URL, most=10)


def test_my_reports_say_for_whom_and_until_when(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    own_unit = other.user.memberships.get().unit
    own, taken = (make.report(make.measure(concept=concept), one) for one in (own_unit, unit))
    assert "In Vertretung" not in other.get("/berichte/").content.decode()
    row_of(absent, other, unit, concept=concept)
    row_of(absent, other, unit, concept=make.concept(), until_on=in_days(9))
    row_of(absent, other, unit, from_on=in_days(3), until_on=in_days(8))
    response = other.get("/berichte/")
    assert [(row.absent, row.until_on) for row in response.context["standing_in"]] == [(absent.user, in_days(7))]
    assert response.context["only_as_deputy"] == {unit.pk}
    text = response.content.decode()
    assert f"{in_days(7):%d.%m.%Y}</time> für Ada Fehlt in „Fachdienst Jugend“" in text
    assert own.measure.title in text
    assert taken.measure.title in text
    assert "In Vertretung" not in absent.get("/berichte/").content.decode()


# What ends a Vertretung by itself: the day after its last, and when one of the two leaves.
LEAVING: dict[str, Callable[[Any, Any], object]] = {
    "the last day is over": lambda absent, other: Deputy.objects.update(from_on=in_days(-9), until_on=in_days(-1)),
    "not begun": lambda absent, other: Deputy.objects.update(from_on=in_days(1)),
    "the deputy is inactive": lambda absent, other: User.objects.filter(pk=other.user.pk).update(is_active=False),
    "who is stood in for has left the unit": lambda absent, other: absent.user.memberships.all().delete(),
}


@pytest.mark.parametrize("happens", LEAVING.values(), ids=LEAVING)
def test_a_vertretung_ends_by_itself(
    happens: Callable[[Any, Any], object], absent: Any, other: Any, unit: OrgUnit, concept: Concept
) -> None:
    row_of(absent, other, unit, concept=concept)
    assert unit.pk in load_access(User.objects.get(pk=other.user.pk)).units({Role.REPORTER}, concept.pk)
    happens(absent, other)
    assert unit.pk not in load_access(User.objects.get(pk=other.user.pk)).units({Role.REPORTER}, concept.pk)


def test_a_deputy_who_has_left_their_own_unit_goes_on_and_is_not_named_anew(
    absent: Any, other: Any, unit: OrgUnit, concept: Concept
) -> None:
    row_of(absent, other, unit, concept=concept)
    other.user.memberships.all().delete()
    assert unit.pk in load_access(User.objects.get(pk=other.user.pk)).units({Role.REPORTER}, concept.pk)
    with pytest.raises(Impossible, match="hat die Rolle"):
        acts.give(acts.places(absent.user)[0], other.user, from_on=in_days(8), until_on=in_days(9), user=absent.user)


def test_ending_is_undone(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    row = row_of(absent, other, unit, concept=concept)
    before = Deputy.objects.values().get()
    assert f'name="resume" value="{row.pk}"' in absent.post(URL, {"end": row.pk}, follow=True).content.decode()
    assert 'name="resume"' not in other.get(f"{URL}?beendet={row.pk}").content.decode()
    assert other.post(URL, {"resume": row.pk}).status_code == 403
    assert "wieder, bis zum" in absent.post(URL, {"resume": row.pk}, follow=True).content.decode()
    assert Deputy.objects.values().get() == before
    assert "gilt schon wieder" in absent.post(URL, {"resume": row.pk}, follow=True).content.decode()


def test_ending_is_not_undone_when_it_is_over_or_there_again(absent: Any, other: Any, unit: OrgUnit, concept: Concept) -> None:
    row = row_of(absent, other, unit, concept=concept, ended_at=timezone.now())
    again = row_of(absent, other, unit, concept=concept)
    assert "vertritt hier schon" in absent.post(URL, {"resume": row.pk}, follow=True).content.decode()
    again.delete()
    Deputy.objects.filter(pk=row.pk).update(from_on=in_days(-7), until_on=in_days(-1))
    assert 'name="resume"' not in absent.get(f"{URL}?beendet={row.pk}").content.decode()
    assert "vorbei" in absent.post(URL, {"resume": row.pk}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.ended_at is not None
