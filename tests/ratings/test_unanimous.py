"""„Einstimmige übernehmen“: what the preview offers, and that only what was seen and still holds is agreed (issue 3, point 3)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Measure, ResponsibilityRole, Role
from ratings import agreement
from ratings.agreement import Chosen, Outcome, Outdated
from ratings.models import AgreedRating, ReportingRound, StatusReport
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, ReportState, RoundState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts, beyond_session_and_user

pytestmark = pytest.mark.django_db

HIGH, MEDIUM, LOW, UNCLEAR = Grade
CHANGED = "an den Berichten hat sich inzwischen etwas geändert"
ELSEWHERE = "inzwischen an anderer Stelle abgestimmt"
DISPUTED = "die Vorschläge sind nicht einig"


def reported(*grades: Grade | None, round_: ReportingRound, number: str = "", **fields: Any) -> Measure:
    """A Maßnahme of the round on which the lead (with `fields`) and then contributing units have proposed `grades`."""
    measure = make.measure(number, concept=round_.concept)
    for place, grade in enumerate(grades):
        make.submission(make.report(measure, round=round_), grade=grade, **({} if place else fields))
    return measure


def seen(*measures: Measure) -> list[Chosen]:
    """What somebody chooses who saw what stands now."""
    found = []
    for measure in measures:
        standing = agreement.counting_submissions(measure.concept.rounds.latest("pk"), measure)
        found.append(Chosen(measure.pk, tuple(submission.pk for submission in standing)))
    return found


def agree(round_: ReportingRound, chosen: list[Chosen], **changes: Any) -> Outcome:
    person = changes.pop("user", None) or make.member(Role.RECORDER)
    return agreement.agree_unanimous(round_id=round_.pk, chosen=chosen, user=person, **changes)


def words(outcome: Outcome) -> list[tuple[str, str]]:
    return [(measure.number, reason) for measure, reason in outcome.skipped]


def test_all_are_agreed_with_the_kennzeichen_of_the_lead() -> None:
    round_ = make.round()
    one = reported(HIGH, HIGH, round_=round_, number="1.1", routine=True, continuation=True)
    two = reported(LOW, None, round_=round_, number="2.1")
    make.submission(make.report(two, round=round_), grade=LOW, influence=True)
    person = make.member(Role.RECORDER)
    outcome = agree(round_, seen(one, two), user=person)
    assert ([measure.number for measure in outcome.done], outcome.skipped) == (["1.1", "2.1"], ())
    first, second = AgreedRating.objects.order_by("pk")
    assert (first.grade, first.set_markers, first.version, first.agreed_by) == (
        "hoch",
        [Marker.ROUTINE, Marker.CONTINUE],
        1,
        person,
    )
    assert (second.grade, second.set_markers) == ("gering", [])
    assert [rating.basis.count() for rating in (first, second)] == [2, 3]


def test_each_has_one_entry_of_the_history_with_its_basis() -> None:
    round_ = make.round()
    measures = [reported(HIGH, HIGH, round_=round_) for _ in range(3)]
    person = make.member(Role.RECORDER)
    agree(round_, seen(*measures), user=person)
    for rating in AgreedRating.objects.all():
        entry = rating.history.get()
        assert (entry.history_type, entry.history_user, entry.grade, entry.version) == ("+", person, "hoch", 1)
        assert entry.history_change_reason == "abgestimmt, wie einstimmig vorgeschlagen"
        assert entry.history_date == rating.agreed_at
        assert {row.submission for row in entry.basis.all()} == set(rating.basis.all())
        assert {row.agreedrating_id for row in entry.basis.all()} == {rating.pk}


def test_a_rating_agreed_so_can_be_agreed_anew() -> None:
    """The history that is written for many at once goes on like that of a single decision."""
    round_ = make.round()
    measure = reported(HIGH, round_=round_)
    (chosen,) = seen(measure)
    agree(round_, [chosen])
    decided = agreement.Decided(LOW, reason="Anders gesehen.")
    agreement.agree(
        round_id=round_.pk, measure=measure, decided=decided, version=1, seen=chosen.seen, user=make.member(Role.RECORDER)
    )
    entries = AgreedRating.objects.get().history.order_by("history_date", "history_id")
    assert [(entry.grade, entry.version, entry.basis.count()) for entry in entries] == [("hoch", 1, 1), ("gering", 2, 1)]


def newer(report: StatusReport) -> None:
    make.submission(report)


def newer_disputed(report: StatusReport) -> None:
    make.submission(report, grade=LOW)


def withdrawn(report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DRAFT, retracted=True)


def dropped(report: StatusReport) -> None:
    StatusReport.objects.filter(pk=report.pk).update(state=ReportState.DROPPED, state_reason="Nicht mehr zuständig.")


def another_unit_agrees(report: StatusReport) -> None:
    make.submission(make.report(report.measure, round=report.round))


def another_unit_objects(report: StatusReport) -> None:
    make.submission(make.report(report.measure, round=report.round), grade=MEDIUM)


def agreed_elsewhere(report: StatusReport) -> None:
    make.agreed_rating(report.measure, round=report.round, grade=LOW)


def another_lead(report: StatusReport) -> None:
    others = StatusReport.objects.filter(measure=report.measure).exclude(pk=report.pk)
    StatusReport.objects.filter(pk=report.pk).update(role=ResponsibilityRole.CONTRIBUTING)
    others.update(role=ResponsibilityRole.LEAD)


# what happens to the lead's report between preview and decision, and what is said then
MEANWHILE = [
    (newer, CHANGED),
    (newer_disputed, DISPUTED),
    (withdrawn, DISPUTED),
    (dropped, DISPUTED),
    (another_unit_agrees, CHANGED),
    (another_unit_objects, DISPUTED),
    (agreed_elsewhere, ELSEWHERE),
    (another_lead, CHANGED),
]


@pytest.mark.parametrize(("change", "reason"), MEANWHILE)
def test_what_changed_meanwhile_is_named_and_the_others_are_agreed(change: Callable[[StatusReport], None], reason: str) -> None:
    round_ = make.round()
    changing = reported(HIGH, HIGH, round_=round_, number="1.1")
    staying = reported(MEDIUM, round_=round_, number="2.1")
    chosen = seen(changing, staying)
    change(StatusReport.objects.get(measure=changing, role=ResponsibilityRole.LEAD))
    before = list(AgreedRating.objects.values_list("pk", "grade", "version"))
    outcome = agree(round_, chosen)
    assert words(outcome) == [("1.1", reason)]
    assert [measure.number for measure in outcome.done] == ["2.1"]
    assert list(AgreedRating.objects.exclude(measure=staying).values_list("pk", "grade", "version")) == before
    assert AgreedRating.objects.get(measure=staying).grade == "mittel"


@pytest.mark.parametrize("grades", [(HIGH, LOW), (None, HIGH), (None,), ()])
def test_only_unanimous_proposals_are_agreed(grades: tuple[Grade | None, ...]) -> None:
    round_ = make.round()
    measure = reported(*grades, round_=round_, number="1.1")
    assert words(agree(round_, seen(measure))) == [("1.1", DISPUTED)]
    assert not AgreedRating.objects.exists()


def test_twice_agrees_once() -> None:
    round_ = make.round()
    chosen = seen(reported(HIGH, round_=round_, number="1.1"))
    agree(round_, chosen * 2)
    assert words(agree(round_, chosen)) == [("1.1", ELSEWHERE)]
    assert AgreedRating.history.count() == 1


def test_a_massnahme_of_another_konzept_stops_everything() -> None:
    round_ = make.round()
    foreign = reported(HIGH, round_=make.round())
    with pytest.raises(Outdated):
        agree(round_, seen(reported(HIGH, round_=round_), foreign))
    assert not AgreedRating.objects.exists()


ALLOWED_ROLES = {Role.RECORDER, Role.COORDINATOR}
LIVE = {RoundState.OPEN, RoundState.COORDINATING}


@pytest.mark.parametrize("state", RoundState)
@pytest.mark.parametrize("role", Role)
def test_who_agrees_when(role: Role, state: RoundState) -> None:
    round_ = make.round()
    chosen = seen(reported(HIGH, round_=round_))
    ReportingRound.objects.update(state=state)
    person = make.member(role)
    if role in ALLOWED_ROLES and state in LIVE:
        assert len(agree(round_, chosen, user=person).done) == 1
        return
    with pytest.raises(PermissionDenied) as refused:
        agree(round_, chosen, user=person)
    assert "Evaluationsleitung" in str(refused.value)
    assert not AgreedRating.objects.exists()


def test_not_in_a_round_without_ratings() -> None:
    round_ = make.round(has_ratings=False)
    with pytest.raises(PermissionDenied, match="nicht bewertet"):
        agree(round_, seen(reported(HIGH, round_=round_)))


def test_the_number_of_queries_does_not_grow() -> None:
    counts = []
    for amount in (2, 9):
        round_ = make.round()
        chosen = seen(*(reported(HIGH, HIGH, round_=round_) for _ in range(amount)))
        person = make.member(Role.RECORDER)
        with CaptureQueriesContext(connection) as context:
            assert len(agree(round_, chosen, user=person).done) == amount
        counts.append(len(beyond_session_and_user([query["sql"] for query in context.captured_queries])))
    assert counts[0] == counts[1] <= 10


def address(round_: ReportingRound) -> str:
    return reverse("ratings:unanimous", args=[round_.slug])


def tokens(client: SignedInClient, round_: ReportingRound) -> dict[str, str]:
    """Return what the boxes of the page send, by the number of the Maßnahme."""
    response = client.get(address(round_))
    return {one.row.number: one.token for _, rows in response.context["fields"] for one in rows}


def page(client: SignedInClient, round_: ReportingRound) -> str:
    return " ".join(client.get(address(round_)).content.decode().split())


def test_the_preview_lists_what_is_unanimous_and_chooses_what_is_complete(recorder: SignedInClient) -> None:
    round_ = make.round()
    complete = reported(HIGH, HIGH, round_=round_, number="1.1", routine=True)
    missing = reported(HIGH, round_=round_, number="2.1")
    make.report(missing, make.unit(name="Jugendamt", short_name="JA"), round=round_)
    inquired = reported(LOW, round_=round_, number="3.1")
    StatusReport.objects.filter(measure=inquired).update(state=ReportState.RETURNED, state_reason="Wie viele?")
    reported(HIGH, LOW, round_=round_, number="4.1")
    make.agreed_rating(reported(HIGH, round_=round_, number="5.1"), round=round_)
    make.report(make.measure("6.1", concept=round_.concept), round=round_)
    assert set(tokens(recorder, round_)) == {"1.1", "2.1", "3.1"}
    text = page(recorder, round_)
    assert text.count(" checked") == 1
    assert f'value="{tokens(recorder, round_)["1.1"]}" aria-label="1.1 {complete.title} übernehmen" checked' in text
    assert "Bericht fehlt: JA" in text
    assert "Rückfrage nicht erledigt" in text
    assert "Routine: nur" in text  # the contributing unit did not set it


def test_a_question_at_a_submitted_report_is_not_chosen_beforehand(recorder: SignedInClient) -> None:
    round_ = make.round()
    asked, settled = reported(HIGH, round_=round_, number="1.1"), reported(HIGH, round_=round_, number="2.1")
    make.inquiry(asked.reports.get())
    make.inquiry(settled.reports.get(), state=InquiryState.DONE)
    text = page(recorder, round_)
    assert text.count(" checked") == 1
    assert f'value="{tokens(recorder, round_)["2.1"]}" aria-label="2.1 {settled.title} übernehmen" checked' in text
    assert "Rückfrage nicht erledigt" in text


def test_kennzeichen_that_all_set_are_not_named_as_differing(recorder: SignedInClient) -> None:
    round_ = make.round()
    measure = reported(HIGH, round_=round_, routine=True)
    make.submission(make.report(measure, round=round_), routine=True)
    assert ": nur" not in page(recorder, round_)


def test_agreeing_from_the_page_says_how_many(recorder: SignedInClient) -> None:
    round_ = make.round()
    for number in ("1.1", "2.1", "3.1"):
        reported(HIGH, round_=round_, number=number)
    known = tokens(recorder, round_)
    response = recorder.post(address(round_), {"massnahme": [known["1.1"], known["3.1"]]}, follow=True)
    assert "2 Maßnahmen sind abgestimmt." in response.content.decode()
    assert {rating.measure.number for rating in AgreedRating.objects.select_related("measure__goal")} == {"1.1", "3.1"}
    assert set(tokens(recorder, round_)) == {"2.1"}


def test_a_stale_page_names_what_was_left_out(recorder: SignedInClient) -> None:
    round_ = make.round()
    changing = reported(HIGH, round_=round_, number="1.1")
    reported(HIGH, round_=round_, number="2.1")
    known = tokens(recorder, round_)
    make.submission(StatusReport.objects.get(measure=changing), grade=LOW)
    response = recorder.post(address(round_), {"massnahme": list(known.values())}, follow=True)
    text = response.content.decode()
    assert "1 Maßnahme ist abgestimmt." in text
    assert f"Nicht abgestimmt, denn {CHANGED}: {changing}." in text
    assert AgreedRating.objects.get().measure.number == "2.1"


def test_what_was_agreed_in_one_step_is_taken_back_in_one_step(recorder: SignedInClient) -> None:
    round_ = make.round()
    for number in ("1.1", "2.1", "3.1"):
        reported(HIGH, round_=round_, number=number)
    newer, again = (Measure.objects.get(goal__number=number) for number in "23")
    known = tokens(recorder, round_)
    done = recorder.post(address(round_), {"massnahme": list(known.values())})
    at = recorder.get(done["Location"]).context["at"]
    make.submission(StatusReport.objects.get(measure=newer), grade=LOW)
    standing = AgreedRating.objects.get(measure=again)
    seen_now = {submission.pk for submission in agreement.counting_submissions(round_, again)}
    decided = agreement.Decided(LOW, reason="Neu besprochen.")
    agreement.agree(
        round_id=round_.pk, measure=again, decided=decided, version=standing.version, seen=seen_now, user=recorder.user
    )
    text = recorder.post(address(round_), {"zuruecknehmen": at}, follow=True).content.decode()
    assert "1 Entscheidung zurückgenommen." in text
    assert f"Nicht zurückgenommen, denn seit der Abstimmung wurde neu eingereicht: {newer}." in text
    assert {rating.measure.number for rating in AgreedRating.objects.select_related("measure__goal")} == {"2.1", "3.1"}
    assert set(tokens(recorder, round_)) == {"1.1"}
    assert AgreedRating.history.filter(measure__goal__number="1").first().history_change_reason == "Entscheidung zurückgenommen"


@pytest.mark.parametrize("at", ["", "gestern", "2026-11-29", "2026-11-29T10:00:00+01:00", "9" * 500])
def test_where_nothing_was_agreed_nothing_is_taken_back(at: str, recorder: SignedInClient) -> None:
    round_ = make.round()
    rating = make.agreed_rating(reported(HIGH, round_=round_), round=round_)
    assert recorder.get(address(round_), {"abgestimmt": at}).status_code == 200
    text = recorder.post(address(round_), {"zuruecknehmen": at}, follow=True).content.decode()
    assert "nichts mehr zurückzunehmen" in text
    rating.refresh_from_db()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ([], "keine Maßnahme ausgewählt"),
        (["1"], "nicht lesbar"),
        (["1:"], "nicht lesbar"),
        (["1:2;3"], "nicht lesbar"),
        (["<script>:1"], "nicht lesbar"),
        (["9" * 40 + ":1"], "nicht lesbar"),
        (["999999:1"], "passt nicht zu dieser Berichtsrunde"),
    ],
)
def test_a_choice_that_is_none_changes_nothing(sent: list[str], answer: str, recorder: SignedInClient) -> None:
    round_ = make.round()
    reported(HIGH, round_=round_)
    response = recorder.post(address(round_), {"massnahme": sent}, follow=True)
    assert answer in response.content.decode()
    assert not AgreedRating.objects.exists()


@pytest.mark.parametrize("role", [Role.REPORTER, Role.APPROVER, Role.BOARD, Role.RECORDER, Role.COORDINATOR])
def test_who_sees_the_page_and_the_link_to_it(role: Role, client_as: Callable[..., SignedInClient]) -> None:
    round_ = make.round()
    reported(HIGH, round_=round_)
    client = client_as(role)
    response = client.get(address(round_))
    assert response.status_code == (200 if role in ALLOWED_ROLES else 403)
    linked = address(round_) in client.get(reverse("ratings:round", args=[round_.slug])).content.decode()
    assert linked == (role in ALLOWED_ROLES)
    started = address(round_) in client.get("/").content.decode()
    assert started == (role in ALLOWED_ROLES)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"state": RoundState.CLOSED}, "ist abgeschlossen"), ({"has_ratings": False}, "wird nicht bewertet")],
)
def test_where_nothing_can_be_agreed_the_reason_is_shown(change: dict[str, Any], reason: str, recorder: SignedInClient) -> None:
    round_ = make.round()
    reported(HIGH, round_=round_)
    known = tokens(recorder, round_)
    ReportingRound.objects.update(**change)
    for response in (recorder.get(address(round_)), recorder.post(address(round_), {"massnahme": list(known.values())})):
        assert response.status_code == 403
        assert reason in response.content.decode()
    assert not AgreedRating.objects.exists()


def test_without_anything_unanimous_the_page_says_so(recorder: SignedInClient) -> None:
    assert "Zurzeit ist nichts einstimmig" in page(recorder, make.round())


@pytest.mark.parametrize("amount", [1, 6])
def test_queries(amount: int, recorder: SignedInClient, assert_query_count: QueryCounts) -> None:
    round_ = make.round()
    for _ in range(amount):
        reported(HIGH, HIGH, round_=round_)
    assert_query_count("unanimous", recorder, address(round_), most=12)
