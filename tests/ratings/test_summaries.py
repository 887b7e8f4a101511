"""The rules of the report's chapters: who writes when, what a save keeps, what a release freezes, what a draft says."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from evalportal.accounts.models import User
from goals.models import GoalKind, Role
from ratings import rounds, summaries, summary_drafts
from ratings.appendix import Audience, freeze, live_appendix, load_appendix
from ratings.blocks import BlockKind, parse
from ratings.models import ChapterTexts, FieldSummary, ReportingRound, Section, Snapshot
from ratings.scheme import Grade
from ratings.states import ReportState, RoundState
from ratings.summaries import Conflict, chapters, chapters_for, may_write, save_text
from ratings.workflow import Impossible
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator_user() -> User:
    return make.member(Role.COORDINATOR)


@pytest.fixture
def two_fields() -> ReportingRound:
    """A running round over two Handlungsfelder: Ziele 1 and 9 in the first, 20 in the second."""
    concept = make.concept(title="Konzept Teilhabe", resolution="Vom Kreistag im März 2023 beschlossen")
    for title, goals in (("Sprache", ("1", "9")), ("Bildung", ("20",))):
        challenge = make.challenge(make.action_field(concept, title=title))
        for number in goals:
            make.goal(number, challenge=challenge)
    return make.round(concept)


def write(round_: ReportingRound, text: str, *, user: User, section: Section = Section.CONCLUSION, **fields: Any) -> FieldSummary:
    fields.setdefault("version", 0)
    return save_text(round_.pk, section, fields.pop("field_id", None), text, user=user, **fields)


def tell(round_: ReportingRound, number: str, text: str, **fields: Any) -> None:
    """One more unit hands in a Kurzfassung on the Maßnahme; the first is the lead."""
    measure = round_.concept.measures.filter(goal__number=number.split(".")[0], position=int(number.split(".")[1])).first()
    report = make.report(measure or make.measure(number, concept=round_.concept), round=round_)
    make.submission(report, summary=text, **fields)


def released(round_: ReportingRound, user: User) -> Snapshot:
    """Close and release the round as it stands."""
    ReportingRound.objects.filter(pk=round_.pk).update(state=RoundState.CLOSED)
    snapshot = make.snapshot(round_, data=freeze(live_appendix(round_, with_texts=True)))
    return rounds.release(snapshot.pk, user=user)


# --- the chapters ----------------------------------------------------------------------------------------------------------


def test_chapters_are_those_of_the_report(two_fields: ReportingRound) -> None:
    assert [(chapter.number, chapter.title) for chapter in chapters(two_fields)] == [
        ("1", "Einleitung"),
        ("2", "Prozessansatz und Evaluationsmethodik"),
        ("3.1", "Sprache"),
        ("3.2", "Bildung"),
        ("4", "Fazit"),
    ]
    assert len({chapter.slug for chapter in chapters(two_fields)}) == 5


def test_a_chapter_has_the_text_of_its_own_round_and_field(two_fields: ReportingRound, coordinator_user: User) -> None:
    first, second = two_fields.concept.action_fields.order_by("position")
    other = make.round(two_fields.concept, state=RoundState.CLOSED)
    write(two_fields, "Zur Sprache.", user=coordinator_user, section=Section.FIELD, field_id=first.pk)
    write(other, "Früher.", user=coordinator_user, section=Section.FIELD, field_id=second.pk)
    assert {chapter.number: chapter.text for chapter in chapters(two_fields) if chapter.text} == {"3.1": "Zur Sprache."}


# --- who and when ------------------------------------------------------------------------------------------------------------

S = RoundState


@pytest.mark.parametrize(
    ("role", "state", "allowed"),
    [
        (Role.COORDINATOR, S.PREPARING, False),
        (Role.COORDINATOR, S.OPEN, True),
        (Role.COORDINATOR, S.COORDINATING, True),
        (Role.COORDINATOR, S.CLOSED, True),
        *((role, state, False) for role in Role if role != Role.COORDINATOR for state in (S.OPEN, S.COORDINATING, S.CLOSED)),
    ],
)
@pytest.mark.parametrize("has_ratings", [True, False])
def test_who_writes_when(role: Role, state: RoundState, allowed: bool, has_ratings: bool) -> None:
    round_, user = make.round(state=state, has_ratings=has_ratings), make.member(role)
    decision = may_write(user, round_)
    assert bool(decision) == allowed
    assert bool(decision.reason) != allowed
    if allowed:
        write(round_, "Text", user=user)
        return
    with pytest.raises(Impossible if role == Role.COORDINATOR else PermissionDenied):
        write(round_, "Text", user=user)
    assert not FieldSummary.objects.exists()


def test_nobody_writes_in_another_konzept(two_fields: ReportingRound) -> None:
    user = make.member(Role.COORDINATOR, concept=make.concept())
    assert not may_write(user, two_fields)
    with pytest.raises(PermissionDenied):
        write(two_fields, "Text", user=user)


# --- saving ------------------------------------------------------------------------------------------------------------------


def test_every_save_counts_the_version_and_leaves_no_history(two_fields: ReportingRound, coordinator_user: User) -> None:
    saves = ((0, "a"), (1, "b"), (2, "b"), (2, "c"))
    versions = [write(two_fields, text, user=coordinator_user, version=version).version for version, text in saves]
    assert versions == [1, 2, 2, 3]
    assert FieldSummary.objects.get().text == "c"
    assert not hasattr(FieldSummary, "history")


@pytest.mark.parametrize(
    ("version", "text", "conflicts"),
    [
        pytest.param(2, "Mein Text", False, id="the one it was written on"),
        pytest.param(1, "Mein Text", True, id="an older one"),
        pytest.param(0, "Mein Text", True, id="none, though there is one"),
        pytest.param(3, "Mein Text", True, id="one that does not exist"),
        pytest.param(-1, "Mein Text", True, id="unreadable"),
        pytest.param(1, "Zweiter", False, id="older, but the same text"),
        pytest.param(1, "", True, id="older, emptied"),
    ],
)
def test_no_save_overwrites_another_in_silence(
    two_fields: ReportingRound, coordinator_user: User, version: int, text: str, conflicts: bool
) -> None:
    other = make.member(Role.COORDINATOR)
    write(two_fields, "Erster", user=other)
    write(two_fields, "Zweiter", user=other, version=1)
    if not conflicts:
        assert write(two_fields, text, user=coordinator_user, version=version).text == text
        return
    with pytest.raises(Conflict) as conflict:
        write(two_fields, text, user=coordinator_user, version=version)
    assert (conflict.value.current.text, conflict.value.current.edited_by) == ("Zweiter", other)
    assert FieldSummary.objects.get().text == "Zweiter"


def test_text_is_cleaned_at_entry(two_fields: ReportingRound, coordinator_user: User) -> None:
    saved = write(two_fields, "a\x00b\r\nc\u202ed\x0b <b>مرحبا</b>", user=coordinator_user)
    assert FieldSummary.objects.get(pk=saved.pk).text == "ab\ncd <b>مرحبا</b>"


# --- release -----------------------------------------------------------------------------------------------------------------


def test_a_release_freezes_the_chapters(two_fields: ReportingRound, coordinator_user: User) -> None:
    write(two_fields, "Vor der Freigabe.", user=coordinator_user)
    snapshot = released(two_fields, coordinator_user)
    two_fields.refresh_from_db()
    assert "freigegeben" in may_write(coordinator_user, two_fields).reason
    with pytest.raises(Impossible):
        write(two_fields, "Danach.", user=coordinator_user, version=1)
    # Reopened, the texts change again; what was released does not.
    ReportingRound.objects.filter(pk=two_fields.pk).update(state=RoundState.COORDINATING)
    two_fields.refresh_from_db()
    write(two_fields, "Danach.", user=coordinator_user, version=1)
    for audience in Audience:
        shown = chapters_for(two_fields, load_appendix(two_fields, audience, version=snapshot.version))
        assert [chapter.text for chapter in shown if chapter.text] == ["Vor der Freigabe."]
        assert [chapter.number for chapter in shown] == ["1", "2", "3.1", "3.2", "4"]
    assert [c.text for c in chapters_for(two_fields, live_appendix(two_fields)) if c.text] == ["Danach."]


def test_released_chapters_never_change(two_fields: ReportingRound, coordinator_user: User) -> None:
    write(two_fields, "Text", user=coordinator_user)
    released(two_fields, coordinator_user)
    frozen = ChapterTexts.objects.get()
    for act in (frozen.save, frozen.delete):
        with pytest.raises(ValidationError):
            act()
    with pytest.raises(TypeError):
        ChapterTexts.objects.update(data={})
    with pytest.raises(ValueError, match="format"):
        summaries._thaw({"format": 2, "chapters": []})


def test_a_version_released_without_texts_stays_so_for_readers(two_fields: ReportingRound, coordinator_user: User) -> None:
    """The texts can still be written for the inside, as for a result that was imported."""
    snapshot = released(two_fields, coordinator_user)
    assert not ChapterTexts.objects.exists()
    two_fields.refresh_from_db()
    write(two_fields, "Nachgetragen.", user=coordinator_user)
    for audience, texts in ((Audience.INTERNAL, ["Nachgetragen."]), (Audience.RELEASED, [])):
        appendix = load_appendix(two_fields, audience, version=snapshot.version)
        assert [chapter.text for chapter in chapters_for(two_fields, appendix) if chapter.text] == texts


# --- drafts ------------------------------------------------------------------------------------------------------------------


def draft_of(round_: ReportingRound, field: str = "Sprache") -> str:
    rows = [row for row in live_appendix(round_, with_texts=True).rows if row.field_title == field]
    return summary_drafts.field_draft(rows)


def test_draft_orders_the_summaries_by_goal_lead_first(two_fields: ReportingRound) -> None:
    tell(two_fields, "9.1", "Neun gelingt")
    tell(two_fields, "1.2", "Eins Punkt zwei!")
    tell(two_fields, "1.1", "Federführend.")
    tell(two_fields, "1.1", "Zuarbeit dazu.")
    tell(two_fields, "20.1", "Anderes Feld.")
    assert draft_of(two_fields) == "Federführend. Zuarbeit dazu. Eins Punkt zwei (Ziel 1)!\n\nNeun gelingt (Ziel 9)."


def test_draft_is_made_of_standing_submissions_alone(two_fields: ReportingRound) -> None:
    """Not of drafts, nor of what was taken back or is entfallen (rule 8)."""
    concept = two_fields.concept
    make.draft(make.report(make.measure("1.1", concept=concept), round=two_fields), summary="Nur Entwurf.")
    make.submission(make.report(make.measure("1.2", concept=concept), round=two_fields, retracted=True), summary="Zurückgezogen.")
    dropped = make.report(make.measure("1.3", concept=concept), round=two_fields)
    make.submission(dropped, summary="Entfallen.")
    type(dropped).objects.filter(pk=dropped.pk).update(state=ReportState.DROPPED, state_reason="Weg.")
    assert draft_of(two_fields) == ""


@pytest.mark.parametrize(
    ("summary", "paragraph"),
    [
        ("- Kurse\n- Beratung", "Kurse Beratung (Ziel 9)."),
        ("# Stand\n\nLäuft.", "Stand Läuft (Ziel 9)."),
        ("- - # 1. Läuft", "Läuft (Ziel 9)."),
        ("Läuft …", "Läuft (Ziel 9) …"),
        ("1. Januar 2026 begonnen", "Januar 2026 begonnen (Ziel 9)."),
    ],
)
def test_each_goal_is_one_paragraph_whatever_the_unit_wrote(two_fields: ReportingRound, summary: str, paragraph: str) -> None:
    tell(two_fields, "9.1", summary)
    assert [block.kind for block in parse(draft_of(two_fields))] == [BlockKind.PARAGRAPH]
    assert draft_of(two_fields) == paragraph


def facts(round_: ReportingRound) -> tuple[str, str, str]:
    appendix, concept = live_appendix(round_, with_texts=True), round_.concept
    fields = [chapter.title for chapter in chapters(round_) if chapter.section == Section.FIELD]
    period = (concept.period_start, concept.period_end)
    return (
        summary_drafts.introduction_draft(appendix, fields, period, concept.resolution),
        summary_drafts.method_draft(appendix, (round_.opens_on, round_.due_on)),
        summary_drafts.conclusion_draft(appendix),
    )


def test_other_drafts_say_what_the_data_says(two_fields: ReportingRound) -> None:
    concept = two_fields.concept
    tell(two_fields, "1.1", "a", routine=True)
    make.report(make.measure("9.1", concept=concept, is_mandatory=True), round=two_fields)
    measure = concept.measures.get(goal__number="1")
    make.agreed_rating(measure, round=two_fields, grade=Grade.HIGH, routine=True, influence=None)
    concept.goals.filter(number="1").update(kind=GoalKind.PROCESS)
    concept.goals.filter(number="9").update(kind=GoalKind.PROJECT)
    introduction, method, conclusion = facts(two_fields)
    assert introduction == (
        "Das Konzept „Konzept Teilhabe“ beschreibt Ziele und Maßnahmen für die Zeit von 01.01.2023 bis 31.12.2027. Vom Kreistag "
        "im März 2023 beschlossen. Enthalten sind 2 Ziele mit 2 Maßnahmen in zwei Handlungsfeldern (Sprache und Bildung)."
    )
    assert method.startswith(f"In der Berichtsrunde „{two_fields.title}“ hat 1 Organisationseinheit vom")
    assert "1 Sachstandsbericht liegt vor, einer steht aus." in method
    assert "im verwaltungsinternen Jour fixe abgestimmt (bisher 1 von 2)." in method
    assert conclusion == (
        "Der Zielerreichungsgrad der 2 Maßnahmen verteilt sich wie folgt:\n- hoch: 1 Maßnahme (50 Prozent)\n"
        "- noch nicht abgestimmt: 1 Maßnahme (50 Prozent)\n\n1 Maßnahme ist dauerhaft als Routine verankert.\n\n"
        "Dem Konzept liegen unterschiedliche Zielkategorien zugrunde: 1 Prozessziel und 1 Projektziel. Die verschiedenen "
        "Zielarten begründen, dass ein einheitlicher Bewertungsmaßstab zur Zielerreichung nicht stringent möglich war."
    )


def test_unknown_markers_are_told_and_not_counted(two_fields: ReportingRound) -> None:
    for number, value in (("1.1", True), ("1.2", None), ("9.1", False)):
        make.agreed_rating(make.measure(number, concept=two_fields.concept), round=two_fields, continuation=value)
    assert "1 Maßnahme ist mit Weiterführungsbedarf gekennzeichnet; für 1 Maßnahme ist dieses" in facts(two_fields)[2]


def test_an_interim_round_says_nothing_of_ratings() -> None:
    round_ = make.round(has_ratings=False)
    make.submission(make.report(round=round_), summary="Läuft.")
    _, method, conclusion = facts(round_)
    assert "Bewert" not in method
    assert "mit ihrem Sachstand" in method
    assert conclusion == "Zu 1 von 1 Maßnahme liegt ein Sachstandsbericht vor."


def test_drafts_of_nothing_are_empty_or_true() -> None:
    round_ = make.round()
    introduction, method, conclusion = facts(round_)
    assert "Enthalten sind 0 Ziele mit 0 Maßnahmen" in introduction
    assert "berichtet" not in method
    assert conclusion == ""
    assert draft_of(round_) == ""


def test_a_proposal_is_no_result() -> None:
    round_ = make.round()
    make.submission(make.report(round=round_), grade=Grade.LOW)
    assert "gering" not in facts(round_)[2]
