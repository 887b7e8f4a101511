"""What the pictures of the help show: on which page, who is signed in, which part of it; and the data behind them.

The example data at a fixed moment, so that no date moves, and beside them one meeting of the Jour fixe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page

from evalportal.accounts.models import User
from evalportal.example.build import build_example
from evalportal.example.concept import EXAMPLE_SLUG
from evalportal.management.commands.demo import FIXTURES
from goals.models import ActionField, Measure
from ratings import rounds
from ratings.models import AgendaOrigin, Meeting, ReportingRound, StatusReport

# A Friday, three weeks into the open round of the example.
NOW: Final = "2026-11-20 10:15+01:00"
AGENDA: Final = {
    "15.2": AgendaOrigin.DISPUTED,
    "26.3": AgendaOrigin.DISPUTED,
    "44.1": AgendaOrigin.DISPUTED,
    "85.2": AgendaOrigin.DISPUTED,
    "18.1": AgendaOrigin.UNCLEAR,
    "20.3": AgendaOrigin.ANSWERED,
    "76.1": AgendaOrigin.HAND,
}

Address = Callable[[], str]


@dataclass(frozen=True)
class Shot:
    """One picture: `parts` are selectors, the picture is the box around their first matches, `most` its greatest height.

    `before` prepares the page, for example opens what is folded. The window is so high that nothing sticks to its edge.
    """

    address: Address
    parts: tuple[str, ...]
    user: str = "leitung"
    width: int = 960
    height: int = 2400
    most: int = 620
    before: Callable[[Page], Any] | None = None


def build_example_world() -> None:
    """Fill the database; the clock stands at `NOW`."""
    call_command("loaddata", *FIXTURES, verbosity=0)
    build_example()
    round_ = ReportingRound.objects.get(slug=EXAMPLE_SLUG)
    meeting = Meeting.objects.create(round=round_, on=datetime.fromisoformat(NOW).date(), place="Kreishaus, Raum 2115")
    for measure in Measure.objects.filter(concept=round_.concept).with_place().in_order():
        if measure.number in AGENDA:
            meeting.items.create(measure=measure, origin=AGENDA[measure.number])


def at(view: str, *args: Any, query: str = "") -> Address:
    return lambda: reverse(view, args=args) + query


def report(number: str, unit: str = "migrationszentrum") -> Address:
    """The address of a report in the open round."""

    def find() -> str:
        reports = StatusReport.objects.filter(round__slug=EXAMPLE_SLUG, unit__slug=unit).with_place()
        return reverse("ratings:report", args=[next(found.pk for found in reports if found.measure.number == number)])

    return find


def meeting(*number: str) -> Address:
    view = "ratings:meeting_item" if number else "ratings:meeting"
    return lambda: reverse(view, args=[Meeting.objects.get().pk, *number])


def chapter() -> str:
    """The address of the first chapter on a Handlungsfeld."""
    field = ActionField.objects.filter(concept__slug=EXAMPLE_SLUG).earliest("position")
    return reverse("ratings:chapter", args=[EXAMPLE_SLUG, f"handlungsfeld-{field.pk}"])


def measure_part(number: str) -> Address:
    def find() -> str:
        measures = Measure.objects.filter(concept__slug=EXAMPLE_SLUG).with_place()
        pk = next(found.pk for found in measures if found.number == number)
        return reverse("ratings:concept_part", args=[EXAMPLE_SLUG, "massnahmen", pk])

    return find


def unfold(*selectors: str) -> Callable[[Page], None]:
    """Open the folded parts without a click, so that nothing is focused or hovered in the picture."""

    def act(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.evaluate("part => { part.open = true }")

    return act


def press(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def before_closing() -> str:
    """Begin the Abstimmung, without which nothing can be closed."""
    round_ = ReportingRound.objects.get(slug=EXAMPLE_SLUG)
    rounds.coordinate(round_.pk, user=User.objects.get(username="leitung"))
    return reverse("ratings:round_close", args=[round_.slug])


_MEASURE = "/konzepte/beispiel/massnahmen/44.1/"

SHOTS: Final[dict[str, Shot]] = {
    "anmelden": Shot(at("account_login"), ("h1", "main form"), user="", most=420),
    "start": Shot(at("start"), ("main .page",), user="massarbeit", most=560),
    "meine-massnahmen": Shot(at("ratings:my_reports"), ("#stand", "#naechstes", ".todo"), user="massarbeit", most=560),
    "bericht": Shot(
        report("3.1"), (".page-header", ".split", ".submit-bar"), user="massarbeit", width=1160, height=860, most=800
    ),
    "grad": Shot(report("3.1"), ("#id_grade",), user="massarbeit", width=1160),
    "unveraendert": Shot(report("3.2"), (".unchanged",), user="massarbeit"),
    "rueckfrage": Shot(report("76.1"), (".report-form > .callout",), user="massarbeit"),
    "freigeben": Shot(report("2.1"), (".report-step",), user="freigabe", before=unfold(".report-step details")),
    "vertretung": Shot(at("ratings:deputies"), ("#neu", "form.form--narrow"), user="massarbeit", most=640),
    "fristen": Shot(at("ratings:extensions", EXAMPLE_SLUG), ("#neu", "form.form--narrow"), most=640),
    "excel": Shot(at("ratings:import_reports"), (".import-columns",), user="massarbeit"),
    "tagesordnung": Shot(meeting(), ("#auswahl", "ul.points--choices"), user="jourfixe", most=560),
    "sitzung": Shot(meeting("44.1"), (".meeting-bar", ".meeting"), user="jourfixe", width=1280, height=900, most=860),
    "tasten": Shot(meeting("44.1"), ("dialog.keys",), user="jourfixe", width=1280, height=860, before=press("?")),
    "abstimmen": Shot(lambda: _MEASURE, ("form.decision",), user="jourfixe", width=1100),
    "einstimmige": Shot(at("ratings:unanimous", EXAMPLE_SLUG), (".choose-intro", "main form"), user="jourfixe", most=560),
    "ruecklauf": Shot(at("ratings:returns", EXAMPLE_SLUG), ("#stand", ".returns-table"), most=640, width=1100),
    "erinnern": Shot(at("ratings:remind", EXAMPLE_SLUG), ("main form",), most=440),
    "runde": Shot(at("ratings:round", EXAMPLE_SLUG), (".steps", "#naechster-schritt", ".todo"), width=1100),
    "nachtrag": Shot(
        at("ratings:supplement_open", EXAMPLE_SLUG, "44.1", query="?runde=beispiel-2025"), ("#danach", "main form"), most=760
    ),
    "konzept": Shot(measure_part("44.1"), (".page-header", ".part"), most=760),
    "fortschreibung": Shot(at("ratings:continuation", EXAMPLE_SLUG), ("main h2", "main form"), most=640),
    "einheit": Shot(at("ratings:unit", "massarbeit"), (".page-header", "#angaben", "main form"), most=760, width=1100),
    "liste-einlesen": Shot(at("ratings:import_data", EXAMPLE_SLUG), (".import-columns",)),
    "kapitel": Shot(chapter, (".split",), width=1160, most=640),
    "ergebnis": Shot(at("start"), ("main .page",), user="kreistag", most=560),
    "uebersicht": Shot(at("ratings:overview", EXAMPLE_SLUG), ("#zusammenfassung",), width=1100, most=620),
    "suche": Shot(at("ratings:search", query="?q=Sprachkurse"), ("main .toolbar-form", "#treffer"), user="massarbeit", most=560),
    "filter": Shot(
        at("ratings:overview", EXAMPLE_SLUG, query="?bewertung=gering"),
        (".toolbar-form",),
        width=1100,
        before=unfold(".more--filter"),
    ),
    "diagramme": Shot(at("ratings:charts", EXAMPLE_SLUG), ("section[aria-labelledby=verteilung]",), width=1100, most=560),
    "massnahme": Shot(lambda: _MEASURE, ("main .page-header", ".proposals"), user="jourfixe", width=1100, most=760),
    "verlauf": Shot(lambda: f"{_MEASURE}verlauf/", (".history",), user="jourfixe", most=460),
    "mails": Shot(at("ratings:mail_preferences"), ("main form",), user="massarbeit"),
    # The last one, because it moves the round on.
    "abschluss": Shot(before_closing, ("main .read", "main .section"), most=420),
}
