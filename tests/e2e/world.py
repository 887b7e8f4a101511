"""The world of the walk: that of `tests.pages`, filled with everything the pages can have to show.

Every state of a report, grade, Kennzeichen, disagreement, Rückfrage, meeting, mail and refusal; long words and long texts.
"""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.urls import reverse
from django.utils import timezone

from goals.models import Concept, Measure, OrgUnit
from ratings.appendix import freeze, live_appendix
from ratings.models import (
    AgendaOrigin,
    AgendaOutcome,
    DueExtension,
    FieldSummary,
    Inquiry,
    InquiryMessage,
    MailItem,
    MailKind,
    MailState,
    Meeting,
    MeetingState,
    OutgoingMail,
    ReportingRound,
    Section,
)
from ratings.scheme import Grade
from ratings.states import InquiryState, ReportState, RoundState
from tests import factories as make
from tests.pages import build_world

LONG_WORD = "Migrationssozialberatungsstellenfinanzierungsvereinbarung"
LONG_TITLE = f"{LONG_WORD} und Weiterentwicklung der Zusammenarbeit aller Beteiligten in den kreisangehörigen Kommunen"
LONG_TEXT = f"Das Angebot läuft an allen Standorten. {LONG_WORD}: https://www.beispiel.example/{'pfad/' * 12}\n\n" + (
    "Zwölf Module sind umgesetzt, drei stehen noch aus. " * 8
)
MARKERS = {"routine": True, "continuation": True, "influence": True, "conditions": True}
CLAIMED = (MailState.CLAIMED, MailState.SENDING)
NOTES = {"influence_note": "Die Kommunen entscheiden selbst.", "conditions_note": "Das Aufenthaltsgesetz wurde geändert."}


def build_rich_world() -> dict[str, Any]:
    """Return the arguments of the addresses as `build_world`, and `more`: further addresses, each with the page it shows differently."""
    world = build_world()
    running = ReportingRound.objects.select_related("concept").get(slug=world["ratings:overview"]["round"])
    unit: OrgUnit = world["unit"]
    OrgUnit.objects.filter(pk=unit.pk).update(requires_approval=True, note=LONG_TEXT)
    ReportingRound.objects.filter(pk=running.pk).update(note=LONG_TEXT)
    Concept.objects.filter(pk=running.concept_id).update(resolution="Kreistag, 14.12.2022", is_example=True)
    make.unit(name=LONG_TITLE[:150], short_name=LONG_WORD[:40], parent=unit)
    make.unit(name="Alte Einheit", is_active=False, successor=unit)
    other = make.unit(name="Caritasverband für den Landkreis", short_name="Caritas", is_external=True)
    more = _reports(running, unit, other) + _meetings(running, world) + _around(running, unit) + _other_rounds(unit)
    return world | {"more": more}


def _measures(concept: Concept) -> Any:
    """Maßnahmen without end, some under other Handlungsfelder, one with a title that has no place to break."""
    second = make.challenge(make.action_field(concept, title=LONG_TITLE), title=LONG_TITLE)
    make.action_field(concept)
    for number in count(30):
        goal = make.goal(str(number), concept=concept, challenge=second if number % 2 else None, text=LONG_TEXT)
        yield make.measure(goal=goal, title=LONG_TITLE if number == 31 else f"Sprachkurs {number}", is_mandatory=number % 3 == 0)


def _reports(running: ReportingRound, unit: OrgUnit, other: OrgUnit) -> list[tuple[str, dict[str, Any], str]]:
    """A Maßnahme for each state of a report, each grade, each way to agree or not; return the addresses of forms and pages."""
    measures = _measures(running.concept)
    more: list[tuple[str, dict[str, Any], str]] = []
    writer = make.member("reporter", unit=unit)

    def place(measure: Measure) -> None:
        more.append(("ratings:measure", {"concept": running.concept.slug, "number": measure.number}, ""))
        more.append(("ratings:history", {"concept": running.concept.slug, "number": measure.number}, ""))

    for state in ReportState:
        report = make.report(next(measures), unit, round=running, state=state)
        if state in (ReportState.DRAFT, ReportState.AWAITING_APPROVAL, ReportState.RETURNED):
            make.draft(report, edited_by=writer, grade=Grade.UNCLEAR, unclear_note=LONG_TEXT, situation=LONG_TEXT)
        if state in (ReportState.SUBMITTED, ReportState.RETURNED):
            make.submission(report, grade=Grade.UNCLEAR, submitted_by=writer, situation=LONG_TEXT, **MARKERS, **NOTES)
            make.submission(report, grade=Grade.MEDIUM, submitted_by=writer, situation=LONG_TEXT, internal_note=LONG_TEXT)
        if state == ReportState.RETURNED:
            thread = make.inquiry(report, text=LONG_TEXT, due_on=timezone.localdate())
            InquiryMessage.objects.create(
                inquiry=thread, text=LONG_TEXT, from_unit=True, author=writer, written_at=timezone.now()
            )
            Inquiry.objects.create(report=report, state=InquiryState.DONE, opened_at=timezone.now())
        more.append(("ratings:report", {"pk": report.pk}, ""))
        place(report.measure)
    for grade in (*Grade, None):
        measure = next(measures)
        make.submission(make.report(measure, unit, round=running), grade=grade or Grade.LOW, submitted_by=writer, **NOTES)
        make.agreed_rating(measure, round=running, grade=grade, remark="Siehe Anhang.", **(MARKERS if grade else {}))
    place(measure)
    disputed, outdated = next(measures), next(measures)
    for measure in (disputed, outdated):
        one, two = make.report(measure, unit, round=running), make.report(measure, other, round=running)
        make.submission(one, submitted_by=writer, situation=LONG_TEXT, **MARKERS, **NOTES)
        make.submission(two, grade=Grade.LOW, submitted_by=writer)
    rating = make.agreed_rating(outdated, round=running, grade=Grade.MEDIUM, reason=LONG_TEXT)
    make.submission(rating.basis.earliest("pk").report, submitted_by=writer, grade=Grade.LOW)
    for measure in (disputed, outdated, next(measures)):
        place(measure)
    return more


def _meetings(running: ReportingRound, world: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """The meeting of `tests.pages` gets items of each outcome; one is held, one is empty."""
    opened = Meeting.objects.get(pk=world["ratings:meeting"]["pk"])
    measures = list(Measure.objects.filter(concept=running.concept).in_order().exclude(agenda_items__meeting=opened))
    held = Meeting.objects.create(
        round=running,
        on=timezone.localdate() - timedelta(days=7),
        title=LONG_TITLE[:150],
        state=MeetingState.HELD,
        place="Raum 1",
    )
    for sitting in (opened, held):
        for origin, outcome, measure in zip(list(AgendaOrigin) * 3, list(AgendaOutcome) * 5, measures, strict=False):
            done = None if outcome == AgendaOutcome.OPEN else timezone.now()
            sitting.items.create(measure=measure, origin=origin, outcome=outcome, decided_at=done, note=LONG_TEXT if done else "")
    empty = Meeting.objects.create(round=running, on=timezone.localdate() + timedelta(days=7))
    more: list[tuple[str, dict[str, Any], str]] = [("ratings:meeting", {"pk": pk}, "") for pk in (held.pk, empty.pk)]
    for item in opened.items.all()[:4]:
        more.append(("ratings:meeting_item", {"pk": opened.pk, "number": item.measure.number}, ""))
    more.append(("ratings:meeting_item", {"pk": held.pk, "number": measures[0].number}, ""))
    return more


def _around(running: ReportingRound, unit: OrgUnit) -> list[tuple[str, dict[str, Any], str]]:
    """Mails, extensions, chapters, Kennzahlen, and the choices of the lists."""
    leader = make.member("coordinator")
    DueExtension.objects.create(
        round=running, unit=unit, due_on=running.due_on + timedelta(days=5), reason=LONG_TEXT, granted_at=timezone.now()
    )
    claim = {"claimed_by": "Versand", "claimed_until": timezone.now() + timedelta(minutes=5)}
    for number, state in enumerate(MailState):
        mail = OutgoingMail.objects.create(
            recipient=leader, address=leader.email, day=timezone.localdate() - timedelta(days=number), subject=LONG_TITLE,
            text=LONG_TEXT, html=f"<p>{LONG_WORD}</p>", message_id=f"<{number}@example.org>", state=state,
            created_at=timezone.now(), last_error=f"550 {LONG_WORD}" if state == MailState.FAILED else "",
            sent_at=timezone.now() if state == MailState.SENT else None, **(claim if state in CLAIMED else {}),
        )  # fmt: skip
        MailItem.objects.create(
            mail=mail, recipient=leader, round=running, kind=MailKind.OPENED, key=f"{number}", title="Runde", text=LONG_TEXT
        )
    FieldSummary.objects.create(
        round=running, section=Section.CONCLUSION, text=f"# Fazit\n\n- {LONG_WORD}\n- zwei\n\n{LONG_TEXT}",
        edited_by=leader, edited_at=timezone.now(),
    )  # fmt: skip
    indicator = make.indicator(concept=running.concept, title=LONG_TITLE[:150])
    indicator.values.create(on=date(2024, 12, 31), period="Ende 2024", value="37.5", qualifier="rund")
    place = {"round": running.slug}
    concept = {"concept": running.concept.slug}
    return [
        ("ratings:overview", place, "?grad=gering"),
        ("ratings:overview", place, "?q=gibtesnicht"),
        ("ratings:returns", place, "?sort=-unit"),
        ("ratings:my_reports", {}, "?erledigt=alle"),
        ("ratings:round_step", place, "?step=coordinate"),
        *(("ratings:concept_part_new", concept | {"kind": kind}, "") for kind in ("handlungsfelder", "ziele")),
    ]


def _other_rounds(unit: OrgUnit) -> list[tuple[str, dict[str, Any], str]]:
    """A round of another Konzept in each state, one of them without ratings, and a released one in two Fassungen."""
    more: list[tuple[str, dict[str, Any], str]] = []
    for state in RoundState:
        round_ = make.round(
            make.concept(), state=state, has_ratings=state != RoundState.COORDINATING, title=f"Runde {state.label}"
        )
        if state != RoundState.PREPARING:
            measure = make.measure("1.1", concept=round_.concept)
            make.submission(make.report(measure, unit, round=round_), submitted_by=make.member("reporter", unit=unit))
            if round_.has_ratings:
                make.agreed_rating(measure, round=round_)
        if state == RoundState.CLOSED:
            for _ in range(2):
                make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now(), reason="Zahl berichtigt.")
        for page in ("round", "overview", "returns", "round_log", "meetings", "round_close", "round_edit", "chapters"):
            more.append((f"ratings:{page}", {"round": round_.slug}, ""))
        more.append(("goals:concept", {"concept": round_.concept.slug}, ""))
    return more


def addresses(world: dict[str, Any], pages: Any) -> list[tuple[str, str]]:
    """Name and address of everything to walk over, each once: the table of pages, then the further ones."""
    found = [(name, reverse(name, kwargs=world.get(name, {}))) for name in pages]
    found += [(name, reverse(name, kwargs=kwargs) + query) for name, kwargs, query in world["more"]]
    return list({address: (name, address) for name, address in found}.values())
