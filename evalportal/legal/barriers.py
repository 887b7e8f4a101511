"""What becomes of a reported barrier: stored, mailed to the county, deleted after months. The privacy page says the same."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from evalportal.models import BarrierReport

# Without signs that are mistaken for each other when a number is read out.
_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_logger = logging.getLogger(__name__)


@transaction.atomic
def take_report(data: Mapping[str, str]) -> BarrierReport:
    """Store a barrier and mail it to the county once it is stored; `data` is that of a valid `BarrierForm`.

    A mail server that fails is logged and loses nothing: `mail_waiting` tries again.
    """
    report = BarrierReport(
        **{field: data[field] for field in ("text", "page", "name", "email")},
        reference=get_random_string(8, _SIGNS),
        created_at=timezone.now(),
    )
    report.full_clean()
    report.save()
    transaction.on_commit(partial(_mail, report))
    return report


def mail_waiting(now: datetime) -> tuple[int, int]:
    """Mail the barriers whose mail failed and return how many went out and how many still wait."""
    waiting = list(BarrierReport.objects.not_mailed(now))
    sent = sum(_mail(report) for report in waiting)
    return sent, len(waiting) - sent


def delete_old(now: datetime) -> int:
    """Delete barriers older than BARRIER_KEEP_MONTHS (of 30 days) that were mailed, and return their number."""
    old = BarrierReport.objects.older_than(now, months=settings.BARRIER_KEEP_MONTHS)
    return old.delete()[0]


def _mail(report: BarrierReport) -> bool:
    """Mail `report` to the county and return whether the mail server took it. Without an address of the county it waits."""
    address = settings.OWNER.barrier_contact
    if not address:
        _logger.warning("Barrier %s waits: neither BARRIER_EMAIL nor OWNER_EMAIL is set", report.reference)
        return False
    try:
        EmailMessage(
            f"[Evaluationsportal] Barriere gemeldet ({report.reference})",
            _words(report),
            to=[address],
            reply_to=[report.email] if report.email else None,
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
    except Exception:  # whatever the mail server says: the report is stored, the person is thanked
        _logger.exception("Barrier %s could not be mailed", report.reference)
        return False
    BarrierReport.objects.filter(pk=report.pk).update(mailed_at=timezone.now())
    return True


def _words(report: BarrierReport) -> str:
    who = ", ".join(part for part in (report.name, report.email) if part)
    return "\n".join(
        [
            f"Im Evaluationsportal wurde am {timezone.localtime(report.created_at):%d.%m.%Y um %H:%M} Uhr eine Barriere gemeldet.",
            "",
            f"Nummer: {report.reference}",
            f"Seite: {report.page or 'nicht angegeben'}",
            f"Von: {who or 'ohne Angabe'}",
            f"Antwort: {'erbeten, antworten Sie auf diese Mail' if report.email else 'nicht erbeten oder nicht möglich'}",
            "",
            report.text,
            "",
        ]
    )
