"""The form of a report. It refuses nothing: what is missing for the submission is told by `ratings.completeness`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from ratings.completeness import Gap
from ratings.drafts import DATES
from ratings.models import Draft, StatusReport, Submission
from ratings.models.fields import SUMMARY_LIMIT, ContentFields, ObstacleCategory
from ratings.scheme import Grade, Marker

# Optional parts, folded away until they hold something: field, what it is for.
OPTIONAL = {
    "successes": "Was ist besonders gelungen?",
    "target_group": "Wen hat die Maßnahme erreicht?",
    "partners": "Mit wem haben Sie zusammengearbeitet?",
    "resources": "Welches Personal, welche Mittel stehen dahinter?",
    "evidence": "Links zu Belegen, je Zeile einer",
    "internal_note": "Nur für Ihre Einheit; wird nie ausgegeben",
}

# The note that a Kennzeichen asks for.
MARKER_NOTES = {
    Marker.ROUTINE: (),
    Marker.CONTINUE: ("next_step", "next_step_on"),
    Marker.INFLUENCE: ("influence_note",),
    Marker.CONDITIONS: ("conditions_note",),
}


def _text(label: str, hint: str = "", *, rows: int = 3, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=required, widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    )


def _date(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}))


_INTERIM_SUMMARY = (
    f"Zwei bis drei Sätze, höchstens {SUMMARY_LIMIT} Zeichen. Sie stehen in der Übersicht und im freigegebenen Sachstand."
)


class ReportForm(forms.Form):
    """Shows a draft and the gaps found in it. Reading what was sent is the work of `drafts.read_values`."""

    use_required_attribute = False

    answer = _text("Ihre Antwort", "Steht die Antwort schon im Bericht, genügt ein Satz, der darauf hinweist.", rows=2)
    situation = _text(
        "Sachstand",
        "Was wurde seit dem letzten Bericht umgesetzt, was nicht, und warum? Nennen Sie Zahlen, wo Sie welche haben.",
        rows=9,
    )
    summary = _text(
        "Kurzfassung",
        f"Zwei bis drei Sätze, höchstens {SUMMARY_LIMIT} Zeichen. Sie stehen im Jour fixe auf der Leinwand und im Evaluationsbericht.",
        rows=4,
    )
    as_of = _date("Stand", "Von welchem Tag sind diese Angaben?")
    grade = forms.ChoiceField(label="Ihr Vorschlag zum Zielerreichungsgrad", choices=Grade, widget=forms.RadioSelect)
    rationale = _text("Begründung", "Warum dieser Zielerreichungsgrad?")
    obstacle_category = forms.ChoiceField(label="Art der Hemmnisse", choices=[("", "Bitte wählen"), *ObstacleCategory.choices])
    obstacles = _text("Hemmnisse", "Was hat die Umsetzung erschwert?")
    solution = _text("Lösungsansatz", "Was würde helfen, und wer müsste es tun?")
    unclear_note = _text("Warum ist der Stand unklar?", "Welche Angaben fehlen, und woran liegt das?")
    routine = forms.BooleanField(label=Marker.ROUTINE.label)
    continuation = forms.BooleanField(label=Marker.CONTINUE.label)
    influence = forms.BooleanField(label=Marker.INFLUENCE.label)
    conditions = forms.BooleanField(label=Marker.CONDITIONS.label)
    next_step = _text("Was ist der nächste Schritt?", rows=2)
    next_step_on = _date("Bis wann?")
    influence_note = _text("Was ist fraglich?", rows=2)
    conditions_note = _text("Was hat sich verändert?", rows=2)
    successes = _text("Erfolge", OPTIONAL["successes"], required=False)
    target_group = _text("Zielgruppe", OPTIONAL["target_group"], required=False)
    partners = _text("Kooperationspartner", OPTIONAL["partners"], required=False)
    resources = _text("Ressourcen", OPTIONAL["resources"], required=False)
    evidence = _text("Belege", OPTIONAL["evidence"], required=False)
    internal_note = _text("Interne Notiz", OPTIONAL["internal_note"], required=False)

    def __init__(self, values: Mapping[str, str], *, report: StatusReport, gaps: Iterable[Gap] = ()) -> None:
        self.gaps = list(gaps)
        super().__init__(data=values)
        if not report.is_lead:
            self.fields["situation"].label = "Zuarbeit"
            self.fields[
                "situation"
            ].help_text = "Was hat Ihre Einheit zu dieser Maßnahme beigetragen? Nennen Sie Zahlen, wo Sie welche haben."
            self.fields["grade"].label = "Ihr Vorschlag zum Zielerreichungsgrad (freiwillig)"
            for name in ("summary", "grade"):
                self.fields[name].required = False
        if not report.round.has_ratings:
            asked = ContentFields.asked_names(has_ratings=False)
            for name in [name for name in ContentFields.content_names() if name in self.fields and name not in asked]:
                del self.fields[name]
            self.fields["summary"].help_text = _INTERIM_SUMMARY
        for name in ("as_of", "next_step_on"):
            if name in self.fields and values.get(name) and not _is_iso(values[name]):
                self.fields[name].widget = forms.TextInput()

    def full_clean(self) -> None:
        """The errors are the gaps of the draft, nothing else."""
        self.cleaned_data: dict[str, Any] = {}
        self._errors = ErrorDict(renderer=self.renderer)
        for gap in self.gaps:
            if gap.field in self.fields:
                self._errors.setdefault(gap.field, self.error_class(renderer=self.renderer)).append(gap.message)

    @property
    def markers(self) -> list[tuple[Marker, forms.BoundField, list[forms.BoundField]]]:
        """Each voted Kennzeichen with its box and the fields that it opens."""
        if "routine" not in self.fields:
            return []
        return [(marker, self[marker.value], [self[name] for name in notes]) for marker, notes in MARKER_NOTES.items()]

    @property
    def grades(self) -> list[Grade]:
        return list(Grade)

    @property
    def optional(self) -> list[tuple[forms.BoundField, str, bool]]:
        """Each optional field with its hint and whether it is shown open: it holds something or something is wrong with it."""
        return [(self[name], hint, bool(self.data.get(name) or name in self.errors)) for name, hint in OPTIONAL.items()]

    def named_texts(self) -> list[tuple[str, str]]:
        """What was written, by label: for pages that give a text back which could not be saved. Choices and dates in words."""
        written = ((str(field.label), self._in_words(name, field)) for name, field in self.fields.items())
        return [(label, text) for label, text in written if text.strip() and text != "on"]

    def _in_words(self, name: str, field: forms.Field) -> str:
        text = str(self.data.get(name, ""))
        if isinstance(field, forms.ChoiceField):
            words: Any = field.choices
            return str(dict(words).get(text, text)) if text else ""
        if name in DATES and _is_iso(text):
            return f"{date.fromisoformat(text):%d.%m.%Y}"
        return text


def _is_iso(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def as_form_values(content: Draft | Submission | None, *, today: date) -> dict[str, str]:
    """Return what the form shows for a draft or a submission; for none an empty form with `today` as its Stand."""
    if content is None:
        return {"as_of": today.isoformat()}
    values = {name: _as_text(getattr(content, name)) for name in ContentFields.content_names()}
    if isinstance(content, Draft):
        values |= content.unparsed
        values["answer"] = content.answer
    return values


def _as_text(value: Any) -> str:
    if value in (None, False):
        return ""
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, date) else str(value)
