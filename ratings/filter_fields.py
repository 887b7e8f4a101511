"""The kinds of fields that the filters of lists are made of: each keeps what does not fit, so that it can be named."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import django_filters
from django import forms

_UNKNOWN_CHOICE: Final = {"invalid_choice": "„%(value)s“ gibt es hier nicht.", "invalid_list": "Diese Angabe ist nicht lesbar."}


class FlagInput(forms.CheckboxInput):
    """A checkbox that sends „1“ and keeps whatever else came, so that the field can refuse it.

    `clause` ends the sentence „Nur Maßnahmen, bei denen …“, which heads such boxes.
    """

    def __init__(self, clause: str) -> None:
        super().__init__(check_test=lambda value: value == "1")
        self.clause = clause

    def format_value(self, value: Any) -> str:
        return "1"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name)


def flag(label: str, clause: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        label=label, choices=[("1", label)], empty_label=None, widget=FlagInput(clause), error_messages=_UNKNOWN_CHOICE
    )


def one(label: str, empty_label: str | None = "alle", **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, empty_label=empty_label, error_messages=_UNKNOWN_CHOICE, **options)


def several(label: str, choices: Sequence[tuple[str, str]]) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=_UNKNOWN_CHOICE
    )
