"""Saving a draft: it accepts anything, loses nothing, overwrites nobody and leaves no history (DESIGN.md, section 4, rules 6 to 8)."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import timezone

from goals.models import Role
from ratings.drafts import DATES, MARKERS, TEXTS, Conflict, parse_date, read_values, save_draft
from ratings.models import Draft, StatusReport
from ratings.models.fields import ContentFields
from ratings.states import ReportState
from ratings.workflow import Impossible
from tests import factories as make


def test_every_field_of_a_report_is_read() -> None:
    assert {*DATES, *MARKERS, *TEXTS, "grade"} == set(ContentFields.content_names())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01.03.2026", date(2026, 3, 1)),
        ("1.3.2026", date(2026, 3, 1)),
        (" 1.3.26 ", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("Ende März", None),
        ("31.02.2026", None),
        ("03/01/2026", None),
        ("1.3.2026\x00", None),
        ("", None),
    ],
)
def test_parse_date(text: str, day: date | None) -> None:
    assert parse_date(text) == day


READ: list[tuple[str, str, dict[str, Any]]] = [
    ("nothing sent", "", {"unparsed": {}}),
    ("text is cleaned", "situation=a%00b%E2%80%AEc%0D%0Ad", {"situation": "abc\nd", "unparsed": {}}),
    ("blanks stay", "situation=++so+", {"situation": "  so ", "unparsed": {}}),
    ("answer", "answer=Drei%00", {"answer": "Drei", "unparsed": {}}),
    ("what is no field", "state=submitted&report=7&on_behalf=on", {"unparsed": {}}),
    ("grade", "grade=gering", {"grade": "gering", "unparsed": {}}),
    ("no grade", "grade=", {"grade": None, "unparsed": {}}),
    ("a grade that does not exist", "grade=sehr+gut", {"grade": None, "unparsed": {}}),
    ("category", "obstacle_category=law", {"obstacle_category": "law", "unparsed": {}}),
    ("a category that does not exist", "obstacle_category=x%00y", {"obstacle_category": "", "unparsed": {}}),
    ("marker, box not ticked", "routine=", {"routine": False, "unparsed": {}}),
    ("marker, hidden field and box ticked", "routine=&routine=on", {"routine": True, "unparsed": {}}),
    ("marker, hidden false and box ticked", "influence=false&influence=true", {"influence": True, "unparsed": {}}),
    ("marker, false in words", "conditions=False", {"conditions": False, "unparsed": {}}),
    ("marker, nought", "continuation=0", {"continuation": False, "unparsed": {}}),
    ("date", "as_of=1.3.2026", {"as_of": date(2026, 3, 1), "unparsed": {}}),
    ("empty date", "as_of=+", {"as_of": None, "unparsed": {}}),
    ("date in words", "as_of=Ende+M%C3%A4rz", {"as_of": None, "unparsed": {"as_of": "Ende März"}}),
    ("date with NUL", "next_step_on=bald%00", {"next_step_on": None, "unparsed": {"next_step_on": "bald"}}),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "values"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_read_values(sent: str, values: dict[str, Any]) -> None:
    assert read_values(QueryDict(sent).dict()) == values
    assert read_values(QueryDict(sent)) == values


def person(report: StatusReport, role: Role = Role.REPORTER) -> Any:
    return make.member(role, unit=report.unit if role in Role.in_units() else None)


def save(report: StatusReport, version: int, user: Any = None, **values: str) -> Draft:
    return save_draft(report.pk, read_values(values), version=version, user=user or person(report))[1]


@pytest.mark.django_db
def test_the_first_save_begins_the_report_and_is_its_only_trace() -> None:
    report = make.report()
    reporter, before = person(report), report.history.count()
    first = save(report, 0, reporter, situation="Läuft.")
    second = save(report, first.version, reporter, situation="Läuft gut.", as_of="bald")
    assert (first.version, second.version, second.situation, second.unparsed) == (1, 2, "Läuft gut.", {"as_of": "bald"})
    assert (second.edited_by, second.on_behalf) == (reporter, False)
    report.refresh_from_db()
    assert report.state == ReportState.DRAFT
    assert report.history.count() == before + 1
    assert not hasattr(Draft, "history")


# The version that the page had, what it sends, what the database holds (version 2, „Meins.“) → version afterwards, or a conflict.
CONFLICTS: list[tuple[str, int, str, int | None]] = [
    ("the same version", 2, "Neu.", 3),
    ("the same version, nothing new", 2, "Meins.", 3),
    ("an older version", 1, "Neu.", None),
    ("an older version, same content", 1, "Meins.", 2),
    ("a page that knew no draft", 0, "Neu.", None),
    ("a page that knew no draft, same content", 0, "Meins.", 2),
    ("a version that cannot be", 7, "Neu.", None),
    ("no version", -1, "Neu.", None),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("version", "text", "after"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS])
def test_conflicts(version: int, text: str, after: int | None) -> None:
    draft = make.draft(version=2, situation="Meins.", summary="Bleibt.")
    if after is None:
        with pytest.raises(Conflict) as conflict:
            save(draft.report, version, situation=text)
        assert (conflict.value.current.pk, conflict.value.current.situation) == (draft.pk, "Meins.")
    else:
        assert save(draft.report, version, situation=text).version == after
    stored = Draft.objects.get(pk=draft.pk)
    assert (stored.situation, stored.version) == ("Meins." if after is None else text, after or 2)
    assert stored.summary == "Bleibt."


@pytest.mark.django_db
@pytest.mark.parametrize("version", [0, 3, -1])
def test_without_a_draft_no_version_is_stale(version: int) -> None:
    assert save(make.report(), version, situation="Erster Satz.").situation == "Erster Satz."


@pytest.mark.django_db
def test_a_part_of_the_form_leaves_the_rest_alone() -> None:
    draft = make.draft(unparsed={"next_step_on": "im Herbst", "as_of": "neulich"}, next_step_on=None, as_of=None)
    saved = save(draft.report, 1, summary="Neu.", as_of="1.3.2026")
    assert (saved.as_of, saved.unparsed) == (date(2026, 3, 1), {"next_step_on": "im Herbst"})
    assert (saved.summary, saved.situation) == ("Neu.", draft.situation)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["x" * 300_000, "=1+1", "<script>alert(1)</script>", "😀 عربي", "' OR 1=1 --", "{{ 7 }}"],
    ids=["huge", "formula", "markup", "other scripts", "SQL", "template"],
)
def test_a_draft_accepts_anything(text: str) -> None:
    report = make.report()
    values = dict.fromkeys(TEXTS, text) | {"grade": text, "as_of": text, "answer": text}
    saved = Draft.objects.get(pk=save(report, 0, **values).pk)
    assert {getattr(saved, name) for name in TEXTS if name != "obstacle_category"} == {text}
    assert (saved.grade, saved.as_of, saved.answer, saved.obstacle_category) == (None, None, text, "")
    assert saved.unparsed == {"as_of": text[:200]}


@pytest.mark.django_db
def test_the_leitung_writes_on_behalf_until_the_unit_writes_itself() -> None:
    report = make.report()
    leitung, reporter = person(report, Role.COORDINATOR), person(report)
    first = save(report, 0, leitung, situation="Für die Einheit.")
    assert (first.on_behalf, first.edited_by) == (True, leitung)
    assert save(report, 1, leitung, situation="Noch einmal.").on_behalf
    own = save(report, 2, reporter, situation="Wir selbst.")
    assert (own.on_behalf, own.edited_by) == (False, reporter)
    with pytest.raises(PermissionDenied, match="schreibt selbst"):
        save(report, 3, leitung, situation="Doch noch.")
    assert Draft.objects.get(report=report).situation == "Wir selbst."


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ReportState.AWAITING_APPROVAL, ReportState.SUBMITTED, ReportState.DROPPED])
def test_what_was_handed_in_is_not_written_any_more(state: ReportState) -> None:
    report = make.report(state=state)
    draft = make.draft(report, situation="Abgegeben.")
    with pytest.raises(Impossible):
        save(report, 1, situation="Danach.")
    assert Draft.objects.values_list("situation", "version").get(pk=draft.pk) == ("Abgegeben.", 1)


@pytest.mark.django_db
def test_a_returned_report_stays_returned_while_it_is_reworked() -> None:
    report = make.report(state=ReportState.RETURNED)
    make.draft(report)
    reporter, before = person(report), report.history.count()
    save(report, 1, reporter, situation="Überarbeitet.")
    report.refresh_from_db()
    assert (report.state, report.state_reason) == (ReportState.RETURNED, "Bitte Zahlen ergänzen.")
    assert report.history.count() == before


@pytest.mark.django_db
def test_a_save_has_its_time() -> None:
    report, now = make.report(), timezone.now()
    assert save_draft(report.pk, {}, version=0, user=person(report), now=now)[1].saved_at == now
