from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.models import Measure
from ratings.models.fields import RatingFields, grade_valid
from ratings.models.report import Submission
from ratings.models.round import ReportingRound
from ratings.querysets import AgreedRatingQuerySet


class AgreedRating(RatingFields):
    """abgestimmte Bewertung: what the Jour fixe decided for one Maßnahme in one round, and on which submissions it rests.

    No grade is a decision too (nicht bewertet) and needs a `reason`. Write it with `ratings.agreement.agree()`.
    """

    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="agreed_ratings", verbose_name="Berichtsrunde")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="agreed_ratings", verbose_name="Maßnahme")
    reason = models.TextField(
        "Begründung", blank=True, help_text="Nötig, wenn nicht bewertet oder anders bewertet wird, als alle vorgeschlagen haben."
    )
    remark = models.TextField("Bemerkung", blank=True, help_text="Steht im Anhang.")
    basis = models.ManyToManyField(Submission, related_name="ratings", blank=True, verbose_name="beruht auf")
    version = models.PositiveIntegerField("Fassung", default=1)
    agreed_at = models.DateTimeField("abgestimmt", null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="festgehalten von"
    )

    history = HistoricalRecords(m2m_fields=[basis])
    objects = AgreedRatingQuerySet.as_manager()

    class Meta:
        verbose_name = "abgestimmte Bewertung"
        verbose_name_plural = "abgestimmte Bewertungen"
        ordering = ["round", "measure__goal__sort_key", "measure__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "measure"], name="agreed_rating_once"),
            grade_valid("agreed_rating_grade_valid"),
            models.CheckConstraint(
                condition=Q(grade__isnull=False) | ~Q(reason=""),
                name="agreed_rating_no_grade_has_reason",
                violation_error_message="„Nicht bewertet“ braucht eine Begründung.",
            ),
        ]

    def __str__(self) -> str:
        return f"Bewertung {self.round_id}/{self.measure_id}"
