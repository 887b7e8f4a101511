"""The page /stil/: every part of the interface in its variants, each drawn from the source shown beside it. In DEBUG only."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.http import require_safe

from evalportal import style_samples


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
            Sample("aenderung", "Änderung", "Was ein Grad war und was er jetzt ist."),
            Sample("kennzeichen", "Kennzeichen", "Der Kasten in Listen, mit Wort in Formularen und Legenden."),
            Sample("zeichenerklaerung", "Zeichenerklärung", "Unter jeder Darstellung mit Formen."),
            Sample("verteilung", "Verteilung", "Neben den Zahlen, nie allein."),
            Sample("karte", "Karte", "Jede Maßnahme ein Zeichen: zeigen, mit den Pfeiltasten gehen, öffnen."),
        ),
    ),
    (
        "Diagramme",
        (
            Sample("diagramm", "Diagramm", "Bild mit Zeichenerklärung, die Zahlen als Tabelle darunter oder daneben."),
            Sample("felder", "Handlungsfelder als Tabelle", "Auf der Startseite: ein Balken und die Zahlen je Handlungsfeld."),
            Sample("kurve", "Rücklauf im Verlauf", "Nie je Einheit oder Person."),
        ),
    ),
    (
        "Stand und Frist",
        (
            Sample("stand-eines-berichts", "Stand eines Berichts", ""),
            Sample("stand-einer-massnahme", "Stand einer Maßnahme", ""),
            Sample("stand-einer-runde", "Stand einer Runde", ""),
            Sample("stand-sonst", "Anderer Stand", "Sitzungen, Rückfragen, und was sonst einen Stand hat."),
            Sample("frist", "Frist", "Der Tag und wie weit er weg ist."),
            Sample("fortschritt", "Fortschritt", "Rücklauf ist blau: keine Bewertung."),
            Sample("schritte", "Schritte", "Wo etwas gerade ist."),
            Sample("aufgaben", "Aufgaben", "Das Dringendste zuerst, eines hat den Knopf."),
        ),
    ),
    (
        "Meldungen",
        (
            Sample("meldung", "Meldung", "Nach einem Schritt, oben auf der Seite."),
            Sample("rueckgaengig", "Rückgängig", "Nach einem Schritt, den man zurücknehmen kann."),
            Sample("fehler", "Fehler im Formular", "Oben in Worten, mit dem Weg zum Feld."),
            Sample("abgewiesen", "Abgewiesen", "Was aus dem Gesendeten wurde, wenn kein Feld schuld ist."),
            Sample("hinweis", "Hinweis", "Was die Seite als Ganzes betrifft."),
            Sample("nichts-da", "Nichts da", "Was fehlt, warum, und was als Nächstes geht."),
            Sample("bestaetigung", "Bestätigung", "Am Ende der Seite, die zeigt, was geschähe. Kein Dialog."),
        ),
    ),
    (
        "Eingabe",
        (
            Sample("feld", "Feld", "Beschriftung, Hilfe, Fehler, Eingabe."),
            Sample("wahl", "Wahl des Grads und der Kennzeichen", "In der Leiste des Jour fixe."),
            Sample("filter", "Filter", "Was die Liste einschränkt; jeder lässt sich einzeln entfernen."),
            Sample("knoepfe", "Knöpfe", "Einer je Seite ist der wichtigste."),
            Sample("leiste", "Leiste", "Unten auf langen Formularen: was gespeichert ist und die Knöpfe."),
        ),
    ),
    (
        "Aufbau",
        (
            Sample("kopf-der-seite", "Kopf der Seite", "Auf jeder Seite: Ort, Überschrift, Tatsachen, eine Handlung."),
            Sample("reiter", "Reiter", "Seiten nebeneinander, oder eine Liste nach ihren Teilen."),
            Sample("zahlen", "Zahlen", "Höchstens vier nebeneinander, jede mit dem Weg zu dem, was dahintersteht."),
            Sample("tabelle", "Tabelle", "Wird unter 896 Pixeln zur Liste."),
            Sample("aufklappen", "Aufklappen", "Was man selten braucht."),
            Sample("verlauf", "Verlauf", "Wer was wann geändert hat."),
            Sample("hilfe", "Hilfe", "Bild, Verweis auf eine Hilfeseite, Begriff aus dem Glossar."),
        ),
    ),
)

_TYPES: Final = {
    "--t-title": "page-header__title",
    "--t-case": "case__title",
    "--t-section": "section__title",
    "--t-item": "empty__title",
    "--t-sub": "callout__title",
    "--t-read": "read",
    "--t-ui": "",
    "--t-row": "grade-card__text",
    "--t-meta": "meta",
}
_MEASURES: Final = (
    "--page",
    "--form",
    "--gutter",
    "--control",
    "--field-head",
    "--number",
    "--rule",
    "--focus-ring",
    "--radius",
    "--shadow",
)
# The steps of KERN that are spaces here, --kern-2 to --kern-64.
SPACES: Final = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64)


def tokens() -> dict[str, list[Token]]:
    """Return the custom properties of static/css/tokens.css: colours and types, in the order of the file."""
    sheet = Path(str(finders.find("css/tokens.css"))).read_text(encoding="utf-8")
    root = sheet.split(":root {", 1)[1].split("\n}", 1)[0]
    found = [Token(name, value, _TYPES.get(name, "")) for name, value in re.findall(r"(--[\w-]+): ([^;]+);", root)]
    return {
        "colours": [token for token in found if not token.name.startswith(("--t-", "--kern-", *_MEASURES))],
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
    context = style_samples.context()
    groups = [(title, [_drawn(sample, context, request) for sample in samples]) for title, samples in GROUPS]
    return render(request, "style_guide.html", {"groups": groups, "tokens": tokens(), "spaces": SPACES})
