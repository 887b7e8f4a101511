"""Required fields say what to enter (issue 5, point 10: errors in words)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.urls import get_resolver

from goals.worded import Worded

# These take an empty field: they ask in words of their own where something is needed, in what acts on them.
ASK_THEMSELVES = {"ReportForm", "ResponsibilityForm", "WishForm"}


class _Sample(Worded, forms.Form):
    title = forms.CharField(label="Titel")
    day = forms.DateField(label="Beginn")
    kind = forms.ChoiceField(label="Art", choices=[("a", "A")])
    seen = forms.BooleanField(label="Gelesen")
    file = forms.FileField(label="Tabelle")
    reason = forms.CharField(label="Grund", error_messages={"required": "Schreiben Sie, warum."})


def test_the_sentence_follows_the_field_and_one_of_its_own_stays() -> None:
    assert {name: list(errors) for name, errors in _Sample({}).errors.items()} == {
        "title": ["Tragen Sie „Titel“ ein."],
        "day": ["Geben Sie unter „Beginn“ einen Tag an."],
        "kind": ["Wählen Sie unter „Art“ etwas aus."],
        "seen": ["Setzen Sie den Haken bei „Gelesen“."],
        "file": ["Wählen Sie unter „Tabelle“ eine Datei."],
        "reason": ["Schreiben Sie, warum."],
    }


def _forms(of: type = forms.BaseForm) -> Iterator[Any]:
    found: Any
    for found in of.__subclasses__():
        if found.__module__.startswith(("goals.", "ratings.", "evalportal.")):
            yield found
        yield from _forms(found)


def _all_forms() -> set[Any]:
    assert get_resolver().url_patterns  # imports every view, and with it every form
    return {found for found in _forms() if hasattr(found, "base_fields") and "admin" not in found.__module__}


@pytest.mark.parametrize("form", sorted(_all_forms(), key=lambda one: str(one)))
def test_no_form_says_that_a_field_is_required(form: Any) -> None:
    unworded = str(forms.Field.default_error_messages["required"])
    plain = [
        name
        for name, field in form.base_fields.items()
        if field.required and not field.widget.is_hidden and str(field.error_messages["required"]) == unworded
    ]
    is_worded = issubclass(form, Worded) or form.__module__ == "evalportal.accounts.forms"
    assert not plain or is_worded or form.__name__ in ASK_THEMSELVES
