"""What a browser sends to the pages of one report."""

from django.urls import reverse
from django.utils import timezone

from ratings.models import StatusReport


def sent(**fields: str) -> dict[str, str]:
    """What the browser sends for a complete form."""
    return {
        "version": "0",
        "situation": "Läuft.",
        "summary": "Läuft gut.",
        "as_of": timezone.localdate().isoformat(),
        "grade": "hoch",
        "routine": "",
        **fields,
    }


def address(report: StatusReport, name: str = "report") -> str:
    return reverse(f"ratings:{name}", args=[report.pk])
