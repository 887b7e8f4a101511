from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

# Long enough for the request that stored it to have mailed it.
_BEING_MAILED = timedelta(minutes=15)


class BarrierReportQuerySet(models.QuerySet):
    def not_mailed(self, now: "datetime") -> Self:
        """Those whose mail failed, the oldest first."""
        return self.filter(mailed_at__isnull=True, created_at__lt=now - _BEING_MAILED).order_by("created_at", "pk")

    def older_than(self, now: "datetime", *, months: int) -> Self:
        """Those that were mailed and are older than so many months of 30 days. What still waits is kept: nobody has read it."""
        return self.filter(mailed_at__isnull=False, created_at__lt=now - months * timedelta(days=30))


class BarrierReport(models.Model):
    """A barrier that somebody reported, perhaps without an account (§ 9b Abs. 2 Nr. 2 NBGG).

    Stored by `evalportal.legal.barriers.take_report` before it is mailed, so that a failing mail loses nothing.
    """

    reference = models.CharField("Nummer", max_length=8, unique=True)
    page = models.CharField("Seite", max_length=500, blank=True)
    text = models.TextField("Was ist die Barriere?")
    name = models.CharField("Name", max_length=150, blank=True)
    email = models.EmailField("E-Mail-Adresse", blank=True)
    created_at = models.DateTimeField("gemeldet")
    mailed_at = models.DateTimeField("weitergeleitet", null=True, blank=True)

    objects = BarrierReportQuerySet.as_manager()

    class Meta:
        verbose_name = "gemeldete Barriere"
        verbose_name_plural = "gemeldete Barrieren"
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="barrier_report_has_text")]

    def __str__(self) -> str:
        return f"{self.reference} ({self.created_at:%d.%m.%Y})"
