"""The form of a Fortschreibung: what the new Konzept is called, and whether its Ziele are counted anew."""

from datetime import timedelta
from typing import Any

from django import forms

from goals.forms import ConceptForm
from goals.models import Concept


class ContinuationForm(ConceptForm):
    """A new Konzept after `old`; it begins the day after and is proposed to last as many years."""

    renumber = forms.BooleanField(
        label="Ziele und Maßnahmen neu durchzählen",
        help_text="Sonst behalten sie ihre Nummern; wo etwas nicht weitergeht, bleiben Lücken.",
        required=False,
    )

    class Meta(ConceptForm.Meta):
        fields = ["title", "short_title", "slug", "period_start", "period_end", "resolution"]

    def __init__(self, data: Any = None, *, old: Concept, can_be_renumbered: bool) -> None:
        start = old.period_end + timedelta(days=1)
        years = max(old.period_end.year - old.period_start.year, 0)
        end = old.period_end.replace(
            year=start.year + years, day=min(old.period_end.day, 28 if old.period_end.month == 2 else 31)
        )
        super().__init__(data, initial={"period_start": start, "period_end": end})
        if not can_be_renumbered:
            del self.fields["renumber"]
