"""`manage.py demo`: what it builds, that it can run again, and what it refuses. One build serves the whole file."""

import re
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from evalportal.accounts.models import User
from evalportal.environment import ensure_env
from evalportal.example import plan
from evalportal.example.chapters import BEGUN
from evalportal.example.concept import EXAMPLE_SLUG, REAL_SLUG
from evalportal.example.people import PASSWORD, SIGN_INS
from evalportal.example.responsibilities import MERGED_INTO, MERGED_UNIT
from goals.models import ActionField, Challenge, Concept, Goal, Measure, OrgUnit, Responsibility, ResponsibilityRole
from goals.permissions import access_for
from ratings import permissions, workflow
from ratings.appendix import Appendix, Audience, live_appendix, load_appendix
from ratings.models import AgreedRating, Inquiry, ReportingRound, Snapshot, StatusReport, Submission
from ratings.rollup import Progress, Standing
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, ReportState, RoundState
from ratings.summaries import chapters, chapters_for

MASSARBEIT = ("massarbeit", "migrationszentrum", "uebergangsmanagement", "arbeitgeberservice")


@pytest.fixture(scope="module", autouse=True)
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Run the command once for this file and take everything back at its end; the value is what it printed."""
    out = StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", no_server=True, stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def undone() -> Iterator[None]:
    """Take back what one test changes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _round(slug: str = EXAMPLE_SLUG) -> ReportingRound:
    return ReportingRound.objects.select_related("concept").get(slug=slug)


@pytest.fixture(scope="module")
def live(db: str) -> Appendix:
    return live_appendix(_round())


def _counts() -> dict[str, int]:
    ours = ("accounts", "goals", "ratings")
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.app_label in ours}


def test_it_prints_every_sign_in_with_password_and_role(db: str) -> None:
    for sign_in in SIGN_INS:
        assert re.search(rf"^  {sign_in.username} +{PASSWORD} +{re.escape(sign_in.in_words)}$", db, re.MULTILINE)


@pytest.mark.parametrize("username", ["leitung", "jourfixe", "massarbeit", "freigabe", "kreistag"])
def test_the_example_sign_ins_have_the_password(username: str) -> None:
    user = User.objects.get(username=username)
    assert user.check_password(PASSWORD)
    assert str(user).endswith("(Beispiel)")


def test_nobody_else_can_sign_in_and_nobody_is_an_administrator() -> None:
    others = User.objects.exclude(username__in=[sign_in.username for sign_in in SIGN_INS])
    assert others.exists()
    assert not any(user.has_usable_password() for user in others)
    assert not User.objects.filter(is_superuser=True).exists()
    assert authenticate(username=others[0].username, password=PASSWORD) is None


def test_a_second_run_changes_nothing() -> None:
    before = _counts()
    out = StringIO()
    call_command("demo", no_server=True, stdout=out)
    assert _counts() == before
    assert "schon da" in out.getvalue()


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: _concept("klimaschutz"), "das Konzept „klimaschutz“"),
        (lambda: User.objects.create(username="a.muster"), "die Person „a.muster“"),
        (lambda: _round_of_the_real_concept(), "die Berichtsrunde „evaluation-2027“"),
    ],
    ids=["concept", "person", "round"],
)
def test_it_refuses_a_database_that_holds_anything_else(make: Any, named: str) -> None:
    make()
    before = _counts()
    with pytest.raises(CommandError, match=named):
        call_command("demo", no_server=True, stdout=StringIO())
    assert _counts() == before


@pytest.mark.usefixtures("undone")
def test_it_refuses_a_database_of_another_program() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id integer)")
    with pytest.raises(CommandError, match="somebody_elses"):
        call_command("demo", no_server=True, stdout=StringIO())


def test_it_refuses_a_port_that_is_taken(settings: Any) -> None:
    settings.DEBUG = True
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} auf 127.0.0.1 ist nicht frei"):
            call_command("demo", port=port, stdout=StringIO())


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_it_refuses_what_is_no_port(settings: Any, port: int) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="ist kein Port"):
        call_command("demo", port=port, stdout=StringIO())


def test_it_starts_no_server_with_the_settings_of_a_real_one(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo", stdout=StringIO())


def _concept(slug: str) -> Concept:
    year = timezone.localdate()
    return Concept.objects.create(slug=slug, title=slug, short_title=slug, period_start=year, period_end=year)


def _round_of_the_real_concept() -> ReportingRound:
    today = timezone.localdate()
    concept = Concept.objects.get(slug=REAL_SLUG)
    return ReportingRound.objects.create(concept=concept, slug="evaluation-2027", title="2027", opens_on=today, due_on=today)


class TestEnvironment:
    """The first run writes `.env`; what somebody has chosen stays."""

    @pytest.fixture(autouse=True)
    def _no_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SECRET_KEY", raising=False)

    def test_a_fresh_copy_gets_a_key_of_its_own(self, tmp_path: Path) -> None:
        keys = set()
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            assert ensure_env(tmp_path / name)
            text = (tmp_path / name / ".env").read_text()
            keys.add(re.search(r"^SECRET_KEY=(\S{50,})$", text, re.MULTILINE))
            assert "DEBUG=True\n" in text
            assert not ensure_env(tmp_path / name)
            assert (tmp_path / name / ".env").read_text() == text
        assert len({match and match.group(1) for match in keys}) == 2

    def test_other_lines_stay(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("OWNER_NAME=Landkreis Muster\n# SECRET_KEY=\nSECRET_KEY=")
        assert ensure_env(tmp_path)
        assert (tmp_path / ".env").read_text().startswith("OWNER_NAME=Landkreis Muster\n# SECRET_KEY=\nSECRET_KEY=\nSECRET_KEY=")

    def test_a_key_is_left_alone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / ".env").write_text("SECRET_KEY=chosen\n")
        assert not ensure_env(tmp_path)
        monkeypatch.setenv("SECRET_KEY", "chosen")
        (tmp_path / ".env").unlink()
        assert not ensure_env(tmp_path)
        assert not (tmp_path / ".env").exists()


class TestKonzept:
    def test_same_structure_as_the_real_one(self) -> None:
        example = Concept.objects.get(slug=EXAMPLE_SLUG)
        assert example.is_example
        counts = (
            ActionField.objects.filter(concept=example).count(),
            Challenge.objects.filter(action_field__concept=example).count(),
            Goal.objects.filter(concept=example).count(),
            Measure.objects.filter(concept=example).count(),
        )
        assert counts == (9, 41, 89, 134)

    def test_own_keys_and_predecessors(self) -> None:
        example = Measure.objects.filter(concept__slug=EXAMPLE_SLUG).with_place().prefetch_related("predecessors__goal")
        real = dict(Measure.objects.filter(concept__slug=REAL_SLUG).values_list("key", "title"))
        assert not {measure.key for measure in example} & set(real)
        assert all(measure.number in {old.number for old in measure.predecessors.all()} for measure in example)
        assert sum(measure.predecessors.count() > 1 for measure in example) == 2

    def test_the_real_one_is_as_loaded(self) -> None:
        real = Concept.objects.get(slug=REAL_SLUG)
        assert [round_.slug for round_ in real.rounds.all()] == ["evaluation-2022"]
        assert Responsibility.objects.filter(measure__concept=real).count() == 51

    def test_responsibilities(self) -> None:
        rows = Responsibility.objects.filter(measure__concept__slug=EXAMPLE_SLUG)
        leads = rows.filter(role=ResponsibilityRole.LEAD)
        assert (leads.count(), rows.exclude(role=ResponsibilityRole.LEAD).count()) == (132, 34)
        assert set(leads.filter(unit__is_external=True).values_list("unit__slug", flat=True)) == {"caritasverband", "wigos"}
        ours = rows.filter(unit__slug__in=MASSARBEIT)
        assert Counter(ours.values_list("role", flat=True)) == {"lead": 15, "contributing": 11}


class TestWhoMayWhat:
    def test_people_of_a_unit_work_in_the_example_alone(self) -> None:
        report = StatusReport.objects.filter(round__slug=EXAMPLE_SLUG, unit__slug="migrationszentrum").first()
        assert report is not None
        reporter, approver = User.objects.get(username="massarbeit"), User.objects.get(username="freigabe")
        assert permissions.may_write(reporter, report)
        for user in (reporter, approver):
            assert not access_for(user).everywhere
            assert not permissions.is_inside(user, Concept.objects.get(slug=REAL_SLUG).pk)
            assert Concept.objects.visible_to(user).count() == 2

    def test_readers_see_released_rounds_alone(self) -> None:
        reader = User.objects.get(username="kreistag")
        slugs = set(ReportingRound.objects.visible_to(reader).values_list("slug", flat=True))
        assert slugs == {"evaluation-2022", "beispiel-2024", "beispiel-2025"}

    @pytest.mark.parametrize(
        ("username", "action"),
        [
            ("massarbeit", "save"),
            ("massarbeit", "submit"),
            ("massarbeit", "withdraw"),
            ("freigabe", "approve"),
            ("freigabe", "return"),
            ("jourfixe", "inquire"),
            ("leitung", "drop"),
            ("leitung", "lift"),
        ],
    )
    def test_everyone_finds_something_to_do(self, username: str, action: str) -> None:
        user = User.objects.get(username=username)
        reports = StatusReport.objects.filter(round__slug=EXAMPLE_SLUG).select_related("round", "unit", "draft")
        assert any(workflow.decide(user, report, workflow.Action(action)) for report in reports)


class TestOpenRound:
    def test_dates_are_near_today(self) -> None:
        round_, today = _round(), timezone.localdate()
        assert round_.state == RoundState.OPEN
        assert round_.due_on == today + timedelta(days=12)
        assert 21 <= (today - round_.opens_on).days <= 23
        assert (round_.opens_on.weekday() < 5) is True

    def test_nothing_happened_in_the_future(self) -> None:
        now = timezone.now()
        assert not Submission.objects.filter(submitted_at__gt=now).exists()
        assert not AgreedRating.objects.filter(agreed_at__gt=now).exists()
        assert not StatusReport.history.filter(history_date__gt=now).exists()

    @pytest.mark.parametrize("state", list(ReportState))
    def test_every_state(self, state: ReportState) -> None:
        assert _round().reports.filter(state=state).exists()

    @pytest.mark.parametrize("state", list(ReportState))
    def test_massarbeit_has_most_states(self, state: ReportState) -> None:
        own = _round().reports.filter(unit__slug__in=MASSARBEIT, state=state)
        assert own.exists() is (state != ReportState.DROPPED)

    @pytest.mark.parametrize("progress", [one for one in Progress if one not in (Progress.WAITING, Progress.DROPPED)])
    def test_every_progress(self, live: Appendix, progress: Progress) -> None:
        assert any(row.progress == progress for row in live.rows)

    @pytest.mark.parametrize("standing", list(Standing))
    def test_every_standing(self, live: Appendix, standing: Standing) -> None:
        assert any(row.standing == standing for row in live.rows)

    @pytest.mark.parametrize("grade", list(Grade))
    def test_every_grade_as_agreed_and_as_proposal(self, live: Appendix, grade: Grade) -> None:
        assert {row.is_agreed for row in live.rows if row.grade == grade} == {True, False}

    @pytest.mark.parametrize("marker", list(Marker))
    def test_every_marker_agreed(self, live: Appendix, marker: Marker) -> None:
        assert any(row.is_agreed and getattr(row, marker.value) for row in live.rows)

    @pytest.mark.parametrize("state", list(InquiryState))
    def test_every_state_of_a_question(self, state: InquiryState) -> None:
        assert Inquiry.objects.filter(report__round=_round(), state=state).exists()

    def test_a_question_has_an_answer(self) -> None:
        answered = Inquiry.objects.filter(report__round=_round(), state=InquiryState.ANSWERED)
        for inquiry in answered:
            assert [message.from_unit for message in inquiry.messages.all()] == [False, True]

    def test_returned_by_the_jour_fixe_and_inside_the_unit(self) -> None:
        returned = _round().reports.filter(state=ReportState.RETURNED, unit__slug__in=MASSARBEIT)
        assert {report.inquiries.exists() for report in returned} == {True, False}

    def test_dropped_by_hand_and_by_the_merger(self) -> None:
        dropped = _round().reports.filter(state=ReportState.DROPPED)
        assert set(dropped.values_list("dropped_by_hand", flat=True)) == {True, False}
        assert all(report.state_reason for report in dropped)

    def test_the_merged_unit_handed_on_what_it_owed(self) -> None:
        merged = OrgUnit.objects.get(slug=MERGED_UNIT)
        assert (merged.is_active, merged.successor and merged.successor.slug) == (False, MERGED_INTO)
        reports = _round().reports.filter(unit=merged)
        assert {report.state for report in reports} == {ReportState.DROPPED}
        assert all("aufgegangen" in report.state_reason for report in reports)
        assert reports.filter(submissions__isnull=False).exists()
        successor = _round().reports.filter(unit__slug=MERGED_INTO, measure__in=reports.values("measure"))
        assert successor.count() == reports.count() == 5
        assert {ReportState.SUBMITTED, ReportState.OPEN} <= {report.state for report in successor}

    def test_other_stories(self, live: Appendix) -> None:
        submissions = Submission.objects.filter(report__round=_round())
        assert submissions.filter(on_behalf=True, report__unit__is_external=True).exists()
        assert submissions.filter(unchanged=True).exists()
        assert submissions.filter(approved_by__username="freigabe").exists()
        assert submissions.filter(number=2).exists()
        assert _round().reports.filter(retracted=True).exists()
        late = _round().reports.filter(unit__slug__in=plan.LATE_UNITS)
        assert {report.state for report in late} == {ReportState.OPEN}
        assert [row.number for row in live.rows if row.roll_up.nobody_responsible] == ["61.1"]
        assert any(row.reason for row in live.rows if row.standing == Standing.NOT_RATED)

    def test_about_half_is_done(self, live: Appendix) -> None:
        reports = Counter(_round().reports.values_list("state", flat=True))
        assert 85 <= reports[ReportState.SUBMITTED] <= 105
        assert 42 <= sum(row.is_agreed for row in live.rows) <= 55
        assert len(live.rows) == 134


class TestClosedRounds:
    @pytest.mark.parametrize("slug", ["beispiel-2024", "beispiel-2025"])
    @pytest.mark.parametrize("audience", list(Audience))
    def test_released_snapshot(self, slug: str, audience: Audience) -> None:
        appendix = load_appendix(_round(slug), audience)
        assert (len(appendix.rows), appendix.version, appendix.is_draft, appendix.is_example) == (134, 1, False, True)
        assert all(row.is_agreed for row in appendix.rows)
        high = sum(row.grade == Grade.HIGH for row in appendix.rows)
        assert 0.4 < high / 134 < 0.6

    @pytest.mark.parametrize("slug", ["beispiel-2024", "beispiel-2025"])
    def test_snapshot_is_what_was_agreed(self, slug: str) -> None:
        frozen = load_appendix(_round(slug)).rows
        now = live_appendix(_round(slug)).rows
        assert [(row.key, row.grade, row.set_markers) for row in frozen] == [(row.key, row.grade, row.set_markers) for row in now]

    @pytest.mark.parametrize("audience", list(Audience))
    def test_chapters_were_released(self, audience: Audience) -> None:
        round_ = _round("beispiel-2025")
        texts = chapters_for(round_, load_appendix(round_, audience))
        assert len(texts) == 12
        assert all(not chapter.is_empty for chapter in texts)
        assert {chapter.number for chapter in chapters(_round()) if not chapter.is_empty} == set(BEGUN)

    def test_gaps_were_confirmed(self) -> None:
        gaps = Snapshot.objects.get(round__slug="beispiel-2025").gaps
        assert [text.split(" ")[0] for text in gaps] == ["11.1", "47.1", "61.1"]

    def test_ratings_change_in_both_directions(self) -> None:
        before, after = (
            {row.key: row.grade.rank for row in load_appendix(_round(slug)).rows if row.grade and row.grade.rank}
            for slug in ("beispiel-2024", "beispiel-2025")
        )
        steps = Counter((after[key] > rank) - (after[key] < rank) for key, rank in before.items() if key in after)
        assert all(steps[direction] >= 5 for direction in (-1, 0, 1))

    def test_reports_came_before_and_after_the_deadline(self) -> None:
        round_ = _round("beispiel-2025")
        days = {
            timezone.localdate(at)
            for at in Submission.objects.filter(report__round=round_).values_list("submitted_at", flat=True)
        }
        assert min(days) >= round_.opens_on
        assert min(days) <= round_.due_on < max(days)


def test_the_words_are_german_and_whole() -> None:
    """No slot of a phrase is left open, no text comes twice in one round."""
    texts = Submission.objects.filter(report__round__slug=EXAMPLE_SLUG, number=1).values_list("situation", "summary")
    assert not [text for pair in texts for text in pair if re.search(r"[{}]|  |\.\.|None", text)]
    situations = [situation for situation, _ in texts]
    assert len(set(situations)) > 0.9 * len(situations)
