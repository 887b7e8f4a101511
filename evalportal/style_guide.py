"""The page /stil/: every part of the interface in its variants, each drawn from the source shown beside it. In DEBUG only."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.views.decorators.http import require_safe

from ratings.rollup import Progress, Share
from ratings.scheme import NOT_RATED_SHAPE, NOT_RATED_WORD, Grade, Marker
from ratings.states import ReportState, RoundState


@dataclass(frozen=True)
class Sample:
    """One part: its name and when it is used. The template `style_guide/<slug>.html` draws its variants."""

    slug: str
    name: str
    use: str


@dataclass(frozen=True)
class Token:
    """A custom property of tokens.css; `sample` is the class of text in that type, for types."""

    name: str
    value: str
    sample: str = ""


GROUPS: Final[tuple[tuple[str, tuple[Sample, ...]], ...]] = (
    (
        "Ampel",
        (
            Sample("form", "Form", "Nur neben dem Wort; mit label allein."),
            Sample("bewertung", "Bewertung", "Überall, wo eine Bewertung steht: gefüllt ist abgestimmt, umrandet ist Vorschlag."),
            Sample("kennzeichen", "Kennzeichen", "Der Kasten in Listen, mit Wort in Formularen und Legenden."),
            Sample("zeichenerklaerung", "Zeichenerklärung", "Unter jeder Darstellung mit Formen."),
            Sample("verteilung", "Verteilung", "Neben den Zahlen, nie allein."),
        ),
    ),
    (
        "Stand und Frist",
        (
            Sample("stand-eines-berichts", "Stand eines Berichts", ""),
            Sample("stand-einer-massnahme", "Stand einer Maßnahme", ""),
            Sample("stand-einer-runde", "Stand einer Runde", ""),
            Sample("frist", "Frist", "Der Tag und wie weit er weg ist."),
            Sample("fortschritt", "Fortschritt", "Rücklauf ist blau: keine Bewertung."),
            Sample("schritte", "Schritte", "Wo etwas gerade ist."),
        ),
    ),
    (
        "Meldungen",
        (
            Sample("meldung", "Meldung", "Nach einem Schritt, oben auf der Seite."),
            Sample("fehler", "Fehler", "Oben in Worten, mit dem Weg zum Feld."),
            Sample("hinweis", "Hinweis", "Was die Seite als Ganzes betrifft."),
            Sample("nichts-da", "Nichts da", "Was fehlt, warum, und was als Nächstes geht."),
            Sample("bestaetigung", "Bestätigung", "Am Ende der Seite, die zeigt, was geschähe. Kein Dialog."),
        ),
    ),
    (
        "Aufbau",
        (
            Sample("kopf-der-seite", "Kopf der Seite", "Auf jeder Seite: Ort, Überschrift, Tatsachen, eine Handlung."),
            Sample("reiter", "Reiter", "Seiten nebeneinander."),
            Sample("zahlen", "Zahlen", "Höchstens vier nebeneinander, jede mit dem Weg zu dem, was dahintersteht."),
            Sample("tabelle", "Tabelle", "Wird unter 896 Pixeln zur Liste."),
            Sample("verlauf", "Verlauf", "Wer was wann geändert hat."),
            Sample("knoepfe", "Knöpfe", "Einer je Seite ist der wichtigste."),
        ),
    ),
)

_TYPES: Final = {
    "--t-title": "page-header__title",
    "--t-section": "section__title",
    "--t-sub": "callout__title",
    "--t-read": "read",
    "--t-ui": "",
    "--t-meta": "meta",
}
SPACES: Final = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64)


class _SampleForm(forms.Form):
    situation = forms.CharField(label="Sachstand", error_messages={"required": "Beschreiben Sie den Sachstand."})


@dataclass(frozen=True)
class _Station:
    word: str
    dates: str
    variant: str = ""


@dataclass(frozen=True)
class _Entry:
    history_date: Any
    history_user: str
    history_change_reason: str


def _context() -> dict[str, Any]:
    today = timezone.localdate()
    counts = zip(Grade, ((30, 21), (14, 6), (8, 8), (5, 0)), strict=True)
    shares = [Share(grade.value, grade.word, grade.symbol, grade.shape, count, agreed, 0) for grade, (count, agreed) in counts]
    form = _SampleForm({})
    form.is_valid()
    return {
        "grades": list(Grade),
        "all_markers": list(Marker),
        "sizes": ["small", "", "large"],
        "shares": [*shares, Share(NOT_RATED_SHAPE, NOT_RATED_WORD, "–", NOT_RATED_SHAPE, 3, 0, 0)],
        "report_states": list(ReportState),
        "round_states": list(RoundState),
        "progress": list(Progress),
        "today": today,
        "soon": today + timedelta(12),
        "late": today - timedelta(3),
        "parts": [("in", 6, "eingereicht"), ("release", 2, "zur Freigabe"), ("draft", 3, "Entwurf"), ("open", 4, "offen")],
        "stations": [
            _Station("Vorbereitung", "bis 30.10.", "done"),
            _Station("Berichte", "bis 04.12.", "now"),
            _Station("Abschluss", ""),
        ],
        "messages": [Message(level, text) for level, text in _MESSAGES],
        "form": form,
        "tabs": [("2026", "#a"), ("2025", "#b"), ("2024", "#c")],
        "entries": [_Entry(timezone.now(), "B. Beispiel", "Wortlaut berichtigt")],
        "buttons": ["primary", "secondary", "tertiary"],
    }


_MESSAGES: Final = (
    (constants.SUCCESS, "Der Bericht ist eingereicht."),
    (constants.INFO, "Es war nichts zu ändern."),
    (constants.WARNING, "Die Frist ist vorbei. Der Bericht ist trotzdem eingereicht."),
    (constants.ERROR, "Das ließ sich nicht speichern."),
)


def tokens() -> dict[str, list[Token]]:
    """Return the custom properties of static/css/tokens.css: colours and types, in the order of the file."""
    sheet = Path(str(finders.find("css/tokens.css"))).read_text(encoding="utf-8")
    root = sheet.split(":root {", 1)[1].split("\n}", 1)[0]
    found = [Token(name, value, _TYPES.get(name, "")) for name, value in re.findall(r"(--[\w-]+): ([^;]+);", root)]
    measures = ("--page", "--gutter", "--radius", "--shadow")
    return {
        "colours": [token for token in found if not token.name.startswith(("--t-", "--kern-", *measures))],
        "types": [token for token in found if token.name.startswith("--t-")],
    }


def _drawn(sample: Sample, context: dict[str, Any], request: HttpRequest) -> tuple[Sample, str, str]:
    template: Any = get_template(f"style_guide/{sample.slug}.html")
    return sample, template.template.source, template.render(context, request)


@login_not_required
@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show all parts and tokens. 404 unless DEBUG: it is a tool of those who build the portal, and shows no data."""
    if not settings.DEBUG:
        raise Http404("the style guide is there in DEBUG only")
    context = _context()
    groups = [(title, [_drawn(sample, context, request) for sample in samples]) for title, samples in GROUPS]
    return render(request, "style_guide.html", {"groups": groups, "tokens": tokens(), "spaces": SPACES})
