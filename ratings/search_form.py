"""The query string of the search: what does not fit is said beside its field and restricts nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms

from goals.models import Concept
from goals.text import clean_text
from ratings.search import MOST_CHARACTERS, Kind


class SearchForm(forms.Form):
    """`q` words, `art` one kind, `konzept` one Konzept; the two choices are those of the person who searches."""

    q = forms.CharField(
        label="Suche",
        required=False,
        max_length=MOST_CHARACTERS,
        error_messages={"max_length": f"Bitte suchen Sie mit höchstens {MOST_CHARACTERS} Zeichen."},
    )
    art = forms.ChoiceField(label="Art", required=False)
    konzept = forms.ChoiceField(label="Konzept", required=False)

    def __init__(self, data: Any, *, kinds: Iterable[Kind], concepts: Iterable[Concept]) -> None:
        data = data.copy()
        data["q"] = clean_text(data.get("q", ""))
        super().__init__(data, auto_id="suche_%s")
        self._concepts = {concept.slug: concept for concept in concepts}
        self.fields["art"].choices = [("", "alles"), *((kind.value, kind.label) for kind in kinds)]  # type: ignore[attr-defined]
        self.fields["konzept"].choices = [  # type: ignore[attr-defined]
            ("", "alle Konzepte"),
            *((slug, concept.short_title) for slug, concept in self._concepts.items()),
        ]
        for name in ("art", "konzept"):
            self.fields[name].error_messages["invalid_choice"] = "Diese Auswahl gibt es nicht; gesucht wird in allem."
        self.is_valid()

    @property
    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")

    @property
    def kind(self) -> Kind | None:
        value = self.cleaned_data.get("art")
        return Kind(value) if value else None

    @property
    def concept(self) -> Concept | None:
        return self._concepts.get(self.cleaned_data.get("konzept") or "")
