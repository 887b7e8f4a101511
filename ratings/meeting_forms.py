"""Forms of a Jour-fixe-Sitzung and of what is decided in it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q

from goals.text import clean_text
from goals.worded import Worded
from ratings.forms import AgreementForm
from ratings.meetings import Note
from ratings.models import Meeting, ReportingRound
from ratings.querysets import LEADING
from ratings.round_forms import DayInput

if TYPE_CHECKING:
    from django.db.models import QuerySet


class _TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def members(round_: ReportingRound) -> "QuerySet":
    """Return the people who belong to the Jour fixe of the round's Konzept."""
    rows = get_user_model().objects.filter(is_active=True, memberships__role__in=LEADING)
    rows = rows.filter(Q(memberships__concept=None) | Q(memberships__concept=round_.concept_id))
    return rows.distinct().order_by("last_name", "first_name", "pk")


class MeetingForm(Worded, forms.ModelForm):
    """Create or edit a meeting of its round."""

    class Meta:
        model = Meeting
        fields = ["title", "on", "starts_at", "ends_at", "place", "attendees", "participants"]
        widgets = {
            "on": DayInput(),
            "starts_at": _TimeInput(),
            "ends_at": _TimeInput(),
            "attendees": forms.CheckboxSelectMultiple(),
            "participants": forms.Textarea({"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["attendees"]
        people.queryset = members(self.instance.round)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "Das Ende liegt vor dem Beginn.")
        return data

    def clean_title(self) -> str:
        return clean_text(self.cleaned_data["title"]).strip()

    def clean_place(self) -> str:
        return clean_text(self.cleaned_data["place"]).strip()

    def clean_participants(self) -> str:
        return clean_text(self.cleaned_data["participants"]).strip()


class NoteForm(forms.Form):
    """The note on an item for the minutes, with the stamp of what stood there."""

    use_required_attribute = False

    note = forms.CharField(
        label="Notiz für das Protokoll", required=False, widget=forms.Textarea(attrs={"rows": 2, "data-hotkey": "p"})
    )
    note_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def written(self) -> Note | None:
        """Return the note that was sent, valid or not; None if the page had no field for it."""
        return Note(self.data["note"], self.data.get("note_seen", "")) if "note" in self.data else None

    def entered(self) -> list[tuple[str, str]]:
        """Return what was entered as (label, words), to show it where it cannot be saved."""
        text = self.data.get("note", "")
        return [("Notiz für das Protokoll", text)] if text.strip() else []


class MeetingDecisionForm(NoteForm, AgreementForm):
    """A decision with the note on it."""

    has_keys = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["data-hotkey"] = "b"

    def entered(self) -> list[tuple[str, str]]:
        return [*AgreementForm.entered(self), *NoteForm.entered(self)]
