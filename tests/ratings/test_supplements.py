"""Nachträge: what may be done to one Maßnahme of a closed round, and what a version holds."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from goals.models import Measure, Role
from ratings import drafts, rounds, submitting, supplements, workflow
from ratings.appendix import freeze, live_appendix, load_appendix
from ratings.models import AgreedRating, Draft, ReportingRound, Snapshot, StatusReport, Supplement
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from ratings.workflow import Action, Impossible
from tests import factories as make
from tests.ratings.supplement_case import Case, give_back


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def save(case: Case, report: StatusReport) -> Any:
    return drafts.save_draft(report.pk, {"situation": "Neu", "unparsed": {}}, version=1, user=case.reporter)


def withdraw(case: Case, report: StatusReport) -> Any:
    return workflow.apply(report.pk, Action.WITHDRAW, user=case.reporter)


def drop(case: Case, report: StatusReport) -> Any:
    return workflow.apply(report.pk, Action.DROP, user=case.leader, reason="Doppelt.")


def rate(case: Case, report: StatusReport) -> Any:
    return case.rate(report.measure)


def everything() -> list[Any]:
    drafts_now = list(Draft.objects.order_by("pk").values_list("pk", "version", "situation"))
    return [StatusReport.history.count(), AgreedRating.history.count(), drafts_now]


# What may be done in a closed round: to the Maßnahme with an open Nachtrag, and to all others.
ACTS: list[Any] = [
    pytest.param(give_back, "submitted", True, id="return with a Rückfrage"),
    pytest.param(save, "returned", True, id="write"),
    pytest.param(save, "open", True, id="begin"),
    pytest.param(drop, "submitted", True, id="set entfallen"),
    pytest.param(rate, "submitted", True, id="agree"),
    pytest.param(save, "submitted", False, id="write what is submitted"),
    pytest.param(withdraw, "submitted", False, id="withdraw, as in the Abstimmung"),
]


@pytest.mark.parametrize("phase", ["closed", "this", "another", "finished", "discarded"])
@pytest.mark.parametrize(("act", "state", "fits"), ACTS)
def test_what_may_be_done(case: Case, act: Callable[..., Any], state: str, fits: bool, phase: str) -> None:
    StatusReport.objects.filter(pk=case.report.pk).update(state=state, state_reason="x" if state == "returned" else "")
    if phase != "closed":
        supplement = case.open(case.other if phase == "another" else case.measure)
        if phase == "finished":
            case.rate()
            case.finish(supplement)
        elif phase == "discarded":
            supplements.discard(supplement.pk, user=case.leader)
    report = StatusReport.objects.get(pk=case.report.pk)
    report.measure = case.measure
    before = everything()
    if fits and phase == "this":
        act(case, report)
        assert everything() != before
        return
    words = None if phase == "this" else "einzelne Maßnahme"
    with pytest.raises((Impossible, PermissionDenied), match=words):
        act(case, report)
    assert everything() == before


def test_the_round_itself_stays_closed(case: Case) -> None:
    case.open()
    round_ = case.round
    assert (round_.is_closed, round_.is_live) == (True, False)
    assert [round_.is_live_for(measure.pk) for measure in case.measures] == [True, False, False]
    assert not rounds.sync_owed(case.pk, user=case.leader)
    ReportingRound.objects.filter(pk=case.running.pk).update(state=RoundState.CLOSED)
    with pytest.raises(Impossible, match="läuft ein Nachtrag"):
        rounds.reopen(case.pk, user=case.leader, reason="Alles neu.")


def not_closed(case: Case) -> dict[str, Any]:
    return {"round_id": case.running.pk}


def twice(case: Case) -> dict[str, Any]:
    case.open()
    return {}


def imported(case: Case) -> dict[str, Any]:
    taken = make.round(state=RoundState.CLOSED)
    measure = make.measure(concept=taken.concept)
    make.snapshot(taken, data=freeze(live_appendix(taken)))
    return {"round_id": taken.pk, "measure": measure}


def later(case: Case) -> dict[str, Any]:
    return {"measure": make.measure("9.1", concept=case.concept)}


def foreign_report(case: Case) -> dict[str, Any]:
    return {"give_back": [case.reports[1].pk]}


REFUSED: list[Any] = [
    pytest.param(not_closed, "nicht abgeschlossen", id="the round runs"),
    pytest.param(twice, "läuft schon ein Nachtrag", id="a second one"),
    pytest.param(imported, "aus einem veröffentlichten Ergebnis übernommen", id="an imported result"),
    pytest.param(later, "erst später dazugekommen", id="a Maßnahme that came later"),
    pytest.param(foreign_report, "gehört nicht zu dieser Maßnahme", id="a report on another one"),
    pytest.param(lambda case: {"reason": " \n"}, "braucht eine Begründung", id="no reason"),
]


@pytest.mark.parametrize(("arrange", "reason"), REFUSED)
def test_what_cannot_be_opened(case: Case, arrange: Callable[[Case], dict[str, Any]], reason: str) -> None:
    wanted = {"round_id": case.pk, "measure": case.measure, "reason": "Anders."} | arrange(case)
    before = Supplement.objects.count()
    with pytest.raises(Impossible, match=reason):
        supplements.open_supplement(user=case.leader, **wanted)
    assert (Supplement.objects.count(), StatusReport.objects.filter(state=ReportState.RETURNED).count()) == (before, 0)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_it_is_for_the_evaluationsleitung(case: Case, role: Role) -> None:
    person, supplement = make.member(role), case.open()
    for act in (
        lambda: case.open(case.other, user=person),
        lambda: supplements.finish(supplement.pk, confirmed="", user=person),
        lambda: supplements.discard(supplement.pk, user=person),
    ):
        with pytest.raises(PermissionDenied, match="Evaluationsleitung"):
            act()


def test_the_next_version_differs_in_one_row(case: Case) -> None:
    supplement = case.open(give_back=[case.report.pk])
    assert StatusReport.objects.get(pk=case.report.pk).state == ReportState.RETURNED
    assert case.report.inquiries.get().messages.get().text == supplement.reason
    values = {"situation": "Es sind 40 Plätze.", "answer": "Steht jetzt im Bericht.", "unparsed": {}}
    drafts.save_draft(case.report.pk, values, version=1, user=case.reporter)
    submitting.submit(case.report.pk, user=case.reporter)
    case.rate()
    Measure.objects.filter(pk=case.measure.pk).update(title="Heute heißt sie anders", is_mandatory=True)
    AgreedRating.objects.filter(measure=case.other).update(grade=Grade.LOW)  # as nothing in the portal does it
    before = json.dumps(Snapshot.objects.get(pk=case.first.pk).data).encode()
    second = case.finish(supplement)
    assert json.dumps(Snapshot.objects.get(pk=case.first.pk).data).encode() == before
    old, new = case.first.data, second.data
    assert {name: old[name] for name in old if name != "rows"} == {name: new[name] for name in new if name != "rows"}
    assert old["rows"][1:] == new["rows"][1:]
    row = load_appendix(case.round).rows[0]
    assert (row.grade, row.title, row.is_mandatory) == (Grade.HIGH, old["rows"][0]["title"], False)
    assert row.units[0].texts
    assert row.units[0].texts.situation == "Es sind 40 Plätze."
    assert (second.version, second.released_at, second.reason) == (2, None, f"Nachtrag zu 1.1: {supplement.reason}")
    supplement.refresh_from_db()
    assert (supplement.snapshot, supplement.finished_by, supplement.is_open) == (second, case.leader, False)
    assert [entry.history_change_reason for entry in case.round.history.all()[:2]] == [
        "Nachtrag zu 1.1 abgeschlossen mit Fassung 2",
        f"Nachtrag zu 1.1 geöffnet: {supplement.reason}",
    ]


def test_of_several_none_loses_what_another_changed(case: Case) -> None:
    one, two = case.open(), case.open(case.other)
    case.rate()
    case.rate(case.other, Grade.LOW)
    versions = [case.finish(two), case.finish(one)]
    assert [[row["grade"] for row in version.data["rows"]] for version in versions] == [
        ["mittel", "gering", "mittel"],
        ["hoch", "gering", "mittel"],
    ]
    rounds.release(versions[1].pk, user=case.leader)
    with pytest.raises(Impossible, match="neueren Stand"):
        rounds.release(versions[0].pk, user=case.leader)


def test_only_what_was_seen_is_written(case: Case) -> None:
    supplement = case.open()
    with pytest.raises(Impossible, match="nichts geändert"):
        case.finish(supplement)
    case.rate(grade=Grade.LOW)
    supplement.round, supplement.measure = case.round, case.measure
    seen = supplements.preview(supplement)
    assert (seen.before.grade, seen.after.grade) == (Grade.MEDIUM, Grade.LOW)
    case.rate(grade=Grade.HIGH)
    with pytest.raises(Impossible, match="Inzwischen hat sich etwas geändert"):
        supplements.finish(supplement.pk, confirmed=seen.seal, user=case.leader)
    assert case.round.snapshots.count() == 1
    case.finish(supplement)
    with pytest.raises(Impossible, match="schon beendet"):
        supplements.finish(supplement.pk, confirmed=seen.seal, user=case.leader)


@pytest.mark.parametrize(
    ("act", "word"),
    [(None, ""), (rate, "Bewertung"), (give_back, "Rückfragen"), (drop, "Berichte")],
    ids=["nothing", "rated", "given back", "dropped"],
)
def test_nothing_that_was_changed_is_discarded(case: Case, act: Callable[..., Any] | None, word: str) -> None:
    supplement = case.open()
    if act is None:
        supplements.discard(supplement.pk, user=case.leader)
        assert Supplement.objects.get().is_discarded
        assert not case.round.is_live_for(case.measure.pk)
    else:
        case.report.measure = case.measure
        act(case, case.report)
        with pytest.raises(Impossible, match=word):
            supplements.discard(supplement.pk, user=case.leader)
        assert Supplement.objects.get().is_open
    assert case.round.snapshots.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Real threads on the real database."""

    @staticmethod
    def start(*acts: Callable[[], Any]) -> Counter[str]:
        barrier = Barrier(len(acts))

        def run(act: Callable[[], Any]) -> str:
            try:
                barrier.wait(timeout=10)
                act()
            except (Impossible, PermissionDenied) as refusal:
                return type(refusal).__name__
            finally:
                connection.close()
            return "done"

        with ThreadPoolExecutor(len(acts)) as pool:
            return Counter(pool.map(run, acts))

    def test_a_measure_is_opened_once(self, case: Case) -> None:
        assert self.start(case.open, case.open, case.open) == {"done": 1, "Impossible": 2}
        assert Supplement.objects.count() == 1

    def test_two_that_finish_make_two_versions(self, case: Case) -> None:
        found = [case.open(), case.open(case.other)]
        case.rate()
        case.rate(case.other, Grade.LOW)
        outcome = self.start(*(lambda one=one: case.finish(one) for one in found))
        for one in found:  # whoever saw the version before the other one's is asked to look again
            if Supplement.objects.get(pk=one.pk).is_open:
                case.finish(one)
        assert outcome["done"] >= 1
        newest = Snapshot.objects.filter(round=case.pk).order_by("-version").first()
        assert newest is not None
        assert (newest.version, [row["grade"] for row in newest.data["rows"]]) == (3, ["hoch", "gering", "mittel"])

    def test_one_is_finished_once(self, case: Case) -> None:
        supplement = case.open()
        case.rate()
        assert self.start(*[lambda: case.finish(supplement)] * 3) == {"done": 1, "Impossible": 2}
        assert Snapshot.objects.filter(round=case.pk).count() == 2

    def test_a_decision_comes_in_time_or_is_refused(self, case: Case) -> None:
        supplement = case.open()
        case.rate(grade=Grade.LOW)
        self.start(lambda: case.finish(supplement), lambda: case.rate(grade=Grade.HIGH))
        if Supplement.objects.get(pk=supplement.pk).is_open:
            case.finish(supplement)
        newest = Snapshot.objects.filter(round=case.pk).order_by("-version").first()
        assert newest is not None
        assert newest.data["rows"][0]["grade"] == AgreedRating.objects.get(round=case.pk, measure=case.measure).grade
