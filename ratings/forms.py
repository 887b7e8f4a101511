"""Forms of the pages on ratings."""

from typing import Any, ClassVar, NamedTuple

from django import forms

from goals.text import clean_text
from ratings.agreement import Decided
from ratings.models import AgreedRating, Submission
from ratings.scheme import NOT_RATED_SHAPE, NOT_RATED_WORD, Grade, Marker

UNRATED = "ohne"
_GRADES = [*((grade.value, grade.word) for grade in Grade), (UNRATED, NOT_RATED_WORD)]


class _Text(forms.CharField):
    """Several lines of text as the database keeps it: control characters are dropped, not refused."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "").strip()


class Switch(NamedTuple):
    """A Kennzeichen as something to switch on and off; `key` is what does it on the keyboard, empty for none."""

    marker: Marker
    is_set: bool
    key: str


class GradeChoice(NamedTuple):
    """A grade or „nicht bewertet“ as something to choose; `shape` is its mark, `key` as for a switch."""

    value: str
    word: str
    shape: str
    is_set: bool
    key: str


class AgreementForm(forms.Form):
    """What the Jour fixe decides for one Maßnahme, with the version and the submissions that were on the page."""

    use_required_attribute = False
    # Whether grades and Kennzeichen have keys: 1 to 4 and 0, then on from 5. The script reads them from the page.
    has_keys: ClassVar[bool] = False

    grade = forms.ChoiceField(
        label="Zielerreichungsgrad",
        choices=_GRADES,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Wählen Sie einen Grad oder „nicht bewertet“.",
            "invalid_choice": "Diesen Grad gibt es nicht.",
        },
    )
    routine = forms.BooleanField(label=Marker.ROUTINE.label, required=False)
    continuation = forms.BooleanField(label=Marker.CONTINUE.label, required=False)
    influence = forms.BooleanField(label=Marker.INFLUENCE.label, required=False)
    conditions = forms.BooleanField(label=Marker.CONDITIONS.label, required=False)
    reason = _Text(label="Begründung", required=False)
    remark = _Text(label="Bemerkung", required=False)
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def switches(self) -> list[Switch]:
        """Return the Kennzeichen that are agreed, in the order of the scheme."""
        return [
            Switch(marker, bool(self[marker.value].value()), str(key) if self.has_keys else "")
            for key, marker in enumerate(Marker.voted(), len(Grade) + 1)
        ]

    def choices(self) -> list[GradeChoice]:
        """Return what can be agreed, „nicht bewertet“ last."""
        chosen = self["grade"].value()
        looks = [(grade.value, grade.word, grade.shape, key) for key, grade in enumerate(Grade, 1)]
        return [
            GradeChoice(value, word, shape, value == chosen, str(key) if self.has_keys else "")
            for value, word, shape, key in (*looks, (UNRATED, NOT_RATED_WORD, NOT_RATED_SHAPE, 0))
        ]

    def clean_version(self) -> int:
        """Something unreadable counts as a stale page and so ends in a visible conflict."""
        return _number(self.cleaned_data["version"])

    def clean_seen(self) -> frozenset[int]:
        return frozenset(_number(part) for part in self.cleaned_data["seen"].split(",") if part.strip())

    def decided(self) -> Decided:
        """Return the decision of a valid form."""
        data = self.cleaned_data
        return Decided(
            grade=None if data["grade"] == UNRATED else Grade(data["grade"]),
            markers={marker: data[marker.value] for marker in Marker.voted()},
            reason=data["reason"],
            remark=data["remark"],
        )

    def entered(self) -> list[tuple[str, str]]:
        """Return what was entered as (label, words), empty parts left out, valid or not: to show it where it cannot be saved."""
        words: dict[str, str] = dict(_GRADES)
        markers = [marker.word for marker in Marker.voted() if self.data.get(marker.value)]
        parts = [
            ("Zielerreichungsgrad", words.get(self.data.get("grade", ""), "")),
            ("Kennzeichen", ", ".join(markers)),
            ("Begründung", self.data.get("reason", "")),
            ("Bemerkung", self.data.get("remark", "")),
        ]
        return [(label, text) for label, text in parts if text.strip()]


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def initial_of_rating(rating: AgreedRating) -> dict[str, Any]:
    """Return the values with which the form shows a decision that exists."""
    markers = {marker.value: bool(value) for marker, value in rating.marker_values.items()}
    return {"grade": rating.grade or UNRATED, "reason": rating.reason, "remark": rating.remark, **markers}


def initial_of_proposal(grade: Grade, lead: Submission | None) -> dict[str, Any]:
    """Return the values with which the form offers the unanimous proposal: the common grade and the lead's Kennzeichen."""
    markers = {marker.value: bool(value) for marker, value in lead.marker_values.items()} if lead else {}
    return {"grade": grade.value, **markers}
