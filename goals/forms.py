"""Forms of the Evaluationsleitung for a Konzept."""

from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from goals.models import Concept
from goals.text import clean_text, plain_slug
from goals.worded import Worded

# Addresses under /konzepte/ that no Konzept may take.
RESERVED_SLUGS: Final = frozenset({"neu"})


class DayInput(forms.DateInput):
    """A date field of the browser; it sends and expects ISO dates and shows them as TT.MM.JJJJ."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def propose_slug(title: str) -> str:
    """Return a Kurzname made of `title` that no Konzept has yet: „Klimaschutz 2026“ becomes „klimaschutz-2026“."""
    base = plain_slug(title) or "konzept"
    taken = set(Concept.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


class UploadForm(forms.Form):
    """A table as .xlsx or .csv; what is in it is read by `goals.sheets`."""

    file = forms.FileField(
        label="Tabelle",
        help_text="Excel-Arbeitsmappe (.xlsx) oder CSV-Datei, höchstens 5 MB.",
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        error_messages={"required": "Wählen Sie eine Datei.", "empty": "Die Datei ist leer."},
        allow_empty_file=True,
    )


class ConceptForm(Worded, forms.ModelForm):
    """What a new Konzept is called and how long it runs."""

    class Meta:
        model = Concept
        fields = ["title", "short_title", "slug", "period_start", "period_end", "resolution", "is_example"]
        widgets = {"period_start": DayInput(), "period_end": DayInput(), "resolution": forms.Textarea({"rows": 2})}
        labels = {"is_example": "Beispieldaten: erfundene Inhalte zum Ausprobieren"}
        help_texts = {"short_title": "Steht in Listen und Kopfzeilen.", "is_example": "Jede Seite und jede Datei sagt es dazu."}
        error_messages = {"slug": {"unique": "Diesen Kurznamen hat schon ein anderes Konzept."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].help_text = "Steht in Adressen und Dateinamen. Leer: wird aus dem Kurztitel gebildet."

    def clean_title(self) -> str:
        return _one_line(self.cleaned_data["title"])

    def clean_short_title(self) -> str:
        return _one_line(self.cleaned_data["short_title"])

    def clean_resolution(self) -> str:
        return clean_text(self.cleaned_data["resolution"]).strip()

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"] or propose_slug(self.cleaned_data.get("short_title", ""))
        if slug in RESERVED_SLUGS:
            raise ValidationError(f"„{slug}“ ist eine feste Adresse des Portals. Wählen Sie einen anderen Kurznamen.")
        return str(slug)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start: date | None = data.get("period_start")
        end: date | None = data.get("period_end")
        if start and end and end < start:
            self.add_error("period_end", "Das Ende der Laufzeit liegt vor ihrem Anfang.")
            del data["period_start"]  # the database's own check would say the same once more
        return data


def _one_line(value: str) -> str:
    cleaned = " ".join(clean_text(value).split())
    if not cleaned:
        raise ValidationError("Diese Angabe fehlt noch.")
    return cleaned
