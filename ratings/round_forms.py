"""Forms of the Evaluationsleitung for a Berichtsrunde."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from goals.forms import DayInput
from goals.models import Concept
from goals.text import clean_text, plain_slug
from goals.worded import Worded
from ratings.models import ReportingRound
from ratings.states import RoundState

# Addresses under /runden/ that no round may take.
RESERVED_SLUGS = frozenset({"neu"})

# What stays as it is from which state on, and why (DESIGN.md, section 4, rule 10).
_FROM_OPENING = {
    "slug": "Steht seit der Eröffnung in Adressen und Dateien und bleibt.",
    "has_ratings": "Steht seit der Eröffnung fest, weil die Einheiten danach berichten.",
    "opens_on": "Die Runde ist eröffnet.",
}


def propose_slug(title: str) -> str:
    """Return a Kurzname made of `title` that no round has yet: „Zwischenbericht 2026“ becomes „zwischenbericht-2026“."""
    base = plain_slug(title) or "runde"
    taken = set(ReportingRound.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED_SLUGS
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


class RoundForm(Worded, forms.ModelForm):
    """Create or edit a Berichtsrunde. `concepts` are those that may be chosen for a new one."""

    class Meta:
        model = ReportingRound
        fields = ["concept", "title", "slug", "has_ratings", "opens_on", "due_on", "closes_on", "note"]
        widgets = {
            "opens_on": DayInput(),
            "due_on": DayInput(),
            "closes_on": DayInput(),
            "note": forms.Textarea({"rows": 3}),
        }
        error_messages = {"slug": {"unique": "Diesen Kurznamen hat schon eine andere Berichtsrunde."}}

    def __init__(self, *args: Any, concepts: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].help_text = "Steht in Adressen und Dateinamen. Leer: wird aus dem Titel gebildet."
        self.fields["note"].help_text = "Erscheint bei den Einheiten über ihren Berichten."
        if self.instance.pk:
            del self.fields["concept"]
            self._lock_what_stays()
        else:
            choices = concepts if concepts is not None else Concept.objects.none()
            self.fields["concept"].queryset = choices  # type: ignore[attr-defined]
            self.fields["concept"].empty_label = "Bitte wählen"  # type: ignore[attr-defined]
            if len(choices) == 1:
                self.initial.setdefault("concept", choices[0].pk)

    def _lock_what_stays(self) -> None:
        self._due_before = self.instance.due_on
        if self.instance.state != RoundState.PREPARING:
            for name, why in _FROM_OPENING.items():
                self.fields[name].disabled = True
                self.fields[name].help_text = why
            self.fields["due_on"].help_text = "Die Frist lässt sich verlängern; sie schließt den Tag ein."

    def clean_title(self) -> str:
        return clean_text(self.cleaned_data["title"]).strip()

    def clean_note(self) -> str:
        return clean_text(self.cleaned_data["note"]).strip()

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"] or propose_slug(self.cleaned_data.get("title", ""))
        if slug in RESERVED_SLUGS:
            raise ValidationError(f"„{slug}“ ist eine feste Adresse des Portals. Wählen Sie einen anderen Kurznamen.")
        return str(slug)

    def clean_due_on(self) -> Any:
        due = self.cleaned_data["due_on"]
        if self.instance.pk and self.instance.state != RoundState.PREPARING and due < self._due_before:
            raise ValidationError(f"Die Frist ist der {self._due_before:%d.%m.%Y}; sie lässt sich nur verlängern.")
        return due

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        opens, due, closes = (data.get(name) for name in ("opens_on", "due_on", "closes_on"))
        if opens and due and due < opens:
            self.add_error("due_on", "Die Abgabefrist liegt vor dem Beginn.")
        if due and closes and closes < due:
            self.add_error("closes_on", "Der geplante Abschluss liegt vor der Abgabefrist.")
        concept = data.get("concept")
        running = concept and concept.rounds.exclude(state=RoundState.CLOSED).first()
        if running:
            self.add_error(
                "concept",
                f"In diesem Konzept gibt es schon „{running}“ ({running.get_state_display()}). "
                "Schließen Sie diese Runde zuerst ab.",
            )
        return data


class CloseForm(forms.Form):
    """Confirm the gaps that the person saw: their digest goes with the form, so that others are noticed."""

    gaps = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label="Ich habe die Liste durchgesehen und schließe die Runde trotzdem ab.",
        error_messages={"required": "Bestätigen Sie, dass Sie die Liste durchgesehen haben."},
    )

    def __init__(self, data: Any = None, *, digest: str) -> None:
        super().__init__(data, initial={"gaps": digest})
        if not digest:
            del self.fields["confirmed"]


class ReasonForm(forms.Form):
    """One reason, required."""

    reason = forms.CharField(
        label="Begründung",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Schreiben Sie ein bis zwei Sätze."},
    )

    def clean_reason(self) -> str:
        reason = clean_text(self.cleaned_data["reason"]).strip()
        if not reason:
            raise ValidationError("Schreiben Sie ein bis zwei Sätze.")
        return reason
