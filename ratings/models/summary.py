from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from goals.models import ActionField
from ratings.models.round import ReportingRound
from ratings.models.snapshot import Snapshot
from ratings.querysets import ChapterTextsQuerySet, FieldSummaryQuerySet


class Section(models.TextChoices):
    """The chapters of the Evaluationsbericht that are written by hand, by their titles in the published report."""

    INTRODUCTION = "introduction", "Einleitung"
    METHOD = "method", "Prozessansatz und Evaluationsmethodik"
    FIELD = "field", "Handlungsfeld"
    CONCLUSION = "conclusion", "Fazit"


class FieldSummary(models.Model):
    """Handlungsfeldtext: the text of one chapter of a round's Evaluationsbericht, in the notation of `ratings.blocks`.

    `field` is set for chapters 3.x alone. `version` grows with every save and decides conflicts, as in `Draft`; there is
    deliberately no history of saves. It changes in `ratings.summaries` alone.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="summaries", verbose_name="Berichtsrunde")
    section = models.CharField("Kapitel", max_length=20, choices=Section)
    field = models.ForeignKey(
        ActionField, models.PROTECT, null=True, blank=True, related_name="summaries", verbose_name="Handlungsfeld"
    )
    text = models.TextField("Text", blank=True)
    version = models.PositiveIntegerField("Fassung", default=1)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="zuletzt bearbeitet von"
    )
    edited_at = models.DateTimeField("gespeichert")

    objects = FieldSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = "Handlungsfeldtext"
        verbose_name_plural = "Handlungsfeldtexte"
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "field"], condition=Q(field__isnull=False), name="summary_field_once"),
            models.UniqueConstraint(fields=["round", "section"], condition=Q(field__isnull=True), name="summary_section_once"),
            models.CheckConstraint(condition=Q(section__in=Section.values), name="summary_section_valid"),
            models.CheckConstraint(
                condition=Q(section=Section.FIELD, field__isnull=False) | (~Q(section=Section.FIELD) & Q(field__isnull=True)),
                name="summary_field_fits_section",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()} {self.field_id or ''}".strip()


class ChapterTexts(models.Model):
    """The chapters as they stood when a version of the round's result was released: what readers get never changes (rule 5).

    `data` is written and read by `ratings.summaries` alone.
    """

    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="chapter_texts", verbose_name="Stand der Runde")
    data = models.JSONField("Kapitel")

    objects = ChapterTextsQuerySet.as_manager()

    class Meta:
        verbose_name = "freigegebene Kapitel"
        verbose_name_plural = "freigegebene Kapitel"
        ordering = ["snapshot"]

    def __str__(self) -> str:
        return f"Kapitel zu {self.snapshot_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValidationError("Freigegebene Kapitel ändern sich nicht mehr.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError("Freigegebene Kapitel werden nicht gelöscht.")


__all__ = ["ChapterTexts", "FieldSummary", "Section"]
