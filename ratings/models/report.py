from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from simple_history.models import HistoricalRecords

from goals.models import Measure, OrgUnit, ResponsibilityRole
from goals.models.search import SearchField
from ratings.models.fields import (
    SEARCHED_TEXTS,
    SUMMARY_LIMIT,
    ContentFields,
    ObstacleCategory,
    RatingFields,
    grade_valid,
    markers_given,
    obstacle_category_valid,
)
from ratings.models.round import ReportingRound
from ratings.querysets import DraftQuerySet, InquiryQuerySet, ReportQuerySet, SubmissionQuerySet
from ratings.states import InquiryState, ReportState


class StatusReport(models.Model):
    """Sachstandsbericht: what one unit owes for one Maßnahme in one round. It holds the state, nothing else.

    `ratings.workflow` alone changes `state`; `ratings.rounds.sync_owed` alone adds rows and changes `role`. Nothing is deleted.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="reports", verbose_name="Berichtsrunde")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="reports", verbose_name="Maßnahme")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="reports", verbose_name="Organisationseinheit")
    role = models.CharField("Art", max_length=20, choices=ResponsibilityRole)
    state = models.CharField("Stand", max_length=20, choices=ReportState, default=ReportState.OPEN)
    state_reason = models.TextField("Begründung des Stands", blank=True)
    dropped_by_hand = models.BooleanField("von der Evaluationsleitung auf „entfallen“ gesetzt", default=False)
    retracted = models.BooleanField(
        "zurückgezogen", default=False, help_text="Die Einheit hat ihre letzte Einreichung zurückgenommen; sie zählt nicht mehr."
    )
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="abgegeben von"
    )
    changed_at = models.DateTimeField("geändert", null=True, blank=True)

    history = HistoricalRecords()
    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "Sachstandsbericht"
        verbose_name_plural = "Sachstandsberichte"
        ordering = ["round", "measure__goal__sort_key", "measure__position", "-role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "measure", "unit"], name="report_once"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_valid"),
            models.CheckConstraint(condition=Q(role__in=ResponsibilityRole.values), name="report_role_valid"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.DROPPED, ReportState.RETURNED]) | ~Q(state_reason=""),
                name="report_reason_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure.number}, {self.unit}"

    @property
    def is_lead(self) -> bool:
        return self.role == ResponsibilityRole.LEAD


class Draft(ContentFields, RatingFields):
    """Entwurf: the working text of a report, read inside its unit only. It accepts anything.

    `version` grows with every save and decides conflicts: a save names the version it was written on. `unparsed` keeps, by field,
    what was entered and does not fit its column (a date like „Ende März“). `edited_by` is the last editor, because nobody approves
    their own edit; there is deliberately no history of saves.
    """

    report = models.OneToOneField(StatusReport, models.CASCADE, related_name="draft", verbose_name="Bericht")
    version = models.PositiveIntegerField("Fassung", default=1)
    unparsed = models.JSONField("nicht lesbare Eingaben", default=dict, blank=True)
    answer = models.TextField("Antwort auf die Rückfrage", blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="zuletzt bearbeitet von"
    )
    on_behalf = models.BooleanField(
        "im Auftrag", default=False, help_text="Die Evaluationsleitung hat für die Einheit geschrieben."
    )
    saved_at = models.DateTimeField("gespeichert")

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "Entwurf"
        verbose_name_plural = "Entwürfe"
        ordering = ["report"]
        constraints = [
            grade_valid("draft_grade_valid"),
            markers_given("draft_markers_given"),
            obstacle_category_valid("draft_obstacle_category_valid"),
        ]

    def __str__(self) -> str:
        return f"Entwurf zu {self.report_id}"


class Submission(ContentFields, RatingFields):
    """Einreichung: numbered, immutable copy of the draft at submission, with the proposal; what everyone else reads."""

    report = models.ForeignKey(StatusReport, models.PROTECT, related_name="submissions", verbose_name="Bericht")
    number = models.PositiveSmallIntegerField("Nummer")
    submitted_at = models.DateTimeField("eingereicht")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="eingereicht von")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="freigegeben von"
    )
    approval_reason = models.TextField("Begründung der Freigabe durch andere", blank=True)
    on_behalf = models.BooleanField("im Auftrag", default=False)
    unchanged = models.BooleanField("keine Änderung seit dem letzten Bericht", default=False)
    search = SearchField(of=SEARCHED_TEXTS)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "Einreichung"
        verbose_name_plural = "Einreichungen"
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="submission_number_unique"),
            grade_valid("submission_grade_valid"),
            markers_given("submission_markers_given"),
            obstacle_category_valid("submission_obstacle_category_valid"),
            models.CheckConstraint(condition=~Q(situation=""), name="submission_text_given"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("summary"), SUMMARY_LIMIT), name="submission_summary_short"),
            models.CheckConstraint(condition=Q(as_of__isnull=False), name="submission_as_of_given"),
        ]

    def __str__(self) -> str:
        return f"Einreichung {self.number} zu {self.report_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValidationError("Eine Einreichung ändert sich nicht mehr.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError("Eine Einreichung wird nicht gelöscht.")


class Inquiry(models.Model):
    """Rückfrage: a thread at a report, addressed to its unit."""

    report = models.ForeignKey(StatusReport, models.PROTECT, related_name="inquiries", verbose_name="Bericht")
    state = models.CharField("Stand", max_length=10, choices=InquiryState, default=InquiryState.OPEN)
    opened_at = models.DateTimeField("gestellt")
    due_on = models.DateField("Antwort bis", null=True, blank=True)

    history = HistoricalRecords()
    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = "Rückfrage"
        verbose_name_plural = "Rückfragen"
        ordering = ["report", "opened_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=InquiryState.values), name="inquiry_state_valid")]

    def __str__(self) -> str:
        return f"Rückfrage zu {self.report_id}"


class InquiryMessage(models.Model):
    """One post of a Rückfrage: the question, an answer of the unit (`from_unit`), a further question."""

    inquiry = models.ForeignKey(Inquiry, models.CASCADE, related_name="messages", verbose_name="Rückfrage")
    text = models.TextField("Text")
    from_unit = models.BooleanField("von der Einheit", default=False)
    on_behalf = models.BooleanField("im Auftrag", default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Person")
    written_at = models.DateTimeField("geschrieben")

    class Meta:
        verbose_name = "Beitrag zu einer Rückfrage"
        verbose_name_plural = "Beiträge zu Rückfragen"
        ordering = ["inquiry", "written_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="inquiry_message_text_given")]

    def __str__(self) -> str:
        return f"Beitrag zu {self.inquiry_id}"


__all__ = ["Draft", "Inquiry", "InquiryMessage", "ObstacleCategory", "StatusReport", "Submission"]
