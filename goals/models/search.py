from typing import Any

from django.db import models

from goals.search_words import column_text


class SearchField(models.TextField):
    """The search column of a row: the trimmed words of its fields `of` (`goals.search_words`), written whenever the row is saved.

    `save` and `bulk_create` fill it. `QuerySet.update`, `bulk_update`, `update_fields` and `loaddata` write what they are told and
    nothing else: whoever changes one of those fields by them gives the column too. In migrations it is a plain TextField.
    """

    def __init__(self, *, of: tuple[str, ...] = (), **options: Any) -> None:
        self.of = of
        given: dict[str, Any] = {"verbose_name": "Suchwörter", "editable": False, "blank": True, "default": ""}
        super().__init__(**given | options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def text_of(self, row: models.Model) -> str:
        """Return what the column holds for `row` as it is now."""
        return column_text(*(getattr(row, name) for name in self.of))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.text_of(model_instance)
        setattr(model_instance, self.attname, value)
        return value
