"""A Maßnahme with a story to tell, for the tests of its Verlauf and of the log."""

import re
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from evalportal.accounts.models import User
from goals.models import Measure, Role
from ratings import agreement, inquiries, rounds, submitting, workflow
from ratings.agreement import Decided
from ratings.drafts import save_draft
from ratings.models import StatusReport, Submission
from ratings.scheme import Grade, Marker
from ratings.states import RoundState
from ratings.workflow import Action
from tests import factories as make
from tests.ratings.measure_page import SECRET, text_of

DRAFT = "Nur im Entwurf"
INNER = "Der Satz zur Probezeit fehlt"


def _hand_in(report: Any, values: Any, people: Any, now: Any, *, inner_return: bool = False) -> None:
    rita, fred = people["rita"], people["fred"]
    version = report.draft.version if StatusReport.objects.filter(pk=report.pk, draft__isnull=False).exists() else 0
    if inner_return:
        save_draft(report.pk, values | {"situation": DRAFT, "unparsed": {}}, version=0, user=rita, now=now)
        submitting.submit(report.pk, user=rita, now=now)
        workflow.apply(report.pk, Action.RETURN, user=fred, reason=INNER, now=now + timedelta(minutes=1))
        version = 1
    report.refresh_from_db()
    _, draft = save_draft(report.pk, values | {"unparsed": {}}, version=version, user=rita, now=now + timedelta(minutes=2))
    submitting.submit(report.pk, user=rita, version=draft.version, now=now + timedelta(minutes=3))
    submitting.approve(report.pk, user=fred, version=draft.version, now=now + timedelta(minutes=4))
    report.refresh_from_db()


def _agree(report: Any, grade: Grade, people: Any, now: Any, *, version: int, remark: str) -> None:
    newest = Submission.objects.newest().get(report=report)
    decided = Decided(grade=grade, markers={Marker.CONTINUE: True}, remark=remark)
    agreement.agree(
        round_id=report.round_id, measure=report.measure, decided=decided, version=version, seen=[newest.pk],
        user=people["paul"], now=now,
    )  # fmt: skip


def plain(response: Any) -> str:
    """The text of the page as it is read aloud: no elements, white space in one."""
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def events(response: Any) -> list[str]:
    return [event.title for event in response.context["page"].events]


def log_url(**query: str) -> str:
    return reverse("ratings:round_log", args=["runde-2026"]) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()))


def logged(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.record.what for row in response.context["table"].rows]


def told_story() -> Measure:
    """20.1 of a running round, through the real acts: handed in, returned with a question, handed in again, agreed twice.

    Rita Rot reports, Fred Frei approves, Paul Proto records, Lena Leit leads.
    """
    concept = make.concept()
    measure = make.measure("20.1", concept=concept, title="Kinderbetreuung sichern")
    make.measure("21.1", concept=concept)
    unit = make.unit(name="Fachdienst Jugend", short_name="FD Jugend", slug="jugend", requires_approval=True)
    make.responsibility(measure, unit)
    people = {
        "rita": make.member(Role.REPORTER, unit=unit, user=make.user("rita", first_name="Rita", last_name="Rot")),
        "fred": make.member(Role.APPROVER, unit=unit, user=make.user("fred", first_name="Fred", last_name="Frei")),
        "paul": make.member(Role.RECORDER, user=make.user("paul", first_name="Paul", last_name="Proto")),
        "lena": make.member(Role.COORDINATOR, user=make.user("lena", first_name="Lena", last_name="Leit")),
    }
    round_ = make.round(concept, title="Runde 2026", slug="runde-2026", state=RoundState.PREPARING)
    now = timezone.now() - timedelta(days=10)
    rounds.open_round(round_.pk, user=people["lena"], now=now)
    report = StatusReport.objects.get()
    first = make.content(grade=Grade.HIGH, situation="Es gibt 40 Plätze in Übergangsgruppen.", internal_note=SECRET)
    first |= {"routine": True, "as_of": timezone.localdate(now)}
    _hand_in(report, first, people, now + timedelta(days=1), inner_return=True)
    _agree(report, Grade.HIGH, people, now + timedelta(days=2), version=0, remark="Läuft gut.")
    inquiries.return_with_inquiry(report.pk, question="Wie viele warten?", user=people["paul"], now=now + timedelta(days=3))
    second = first | {"situation": "Es gibt 55 Plätze in Übergangsgruppen.", "grade": Grade.MEDIUM, "routine": False}
    second |= {
        "rationale": "Plätze fehlen.",
        "obstacle_category": "staff",
        "obstacles": "Leere Stelle.",
        "solution": "Ausschreiben.",
    }
    _hand_in(report, second | {"answer": "Es warten 12."}, people, now + timedelta(days=4))
    _agree(report, Grade.MEDIUM, people, now + timedelta(days=5), version=1, remark="Läuft schlechter.")
    inquiries.settle(report.inquiries.get().pk, user=people["paul"], now=now + timedelta(days=6))
    return measure


def person(username: str) -> Any:
    return User.objects.get(username=username)
