"""Dates and numbers in words."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from goals.text import counted

register = template.Library()


def _day(value: date) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


@register.filter
def deadline_words(value: date | None) -> str:
    """Return how far off a deadline is: „noch 10 Tage“, „heute“, „seit 3 Tagen überfällig“. A deadline includes its day."""
    if value is None:
        return ""
    days = (_day(value) - timezone.localdate()).days
    if days == 0:
        return "heute"
    if days > 0:
        return "noch 1 Tag" if days == 1 else f"noch {days} Tage"
    return "seit 1 Tag überfällig" if days == -1 else f"seit {-days} Tagen überfällig"


@register.filter
def long_date(value: date | None) -> str:
    """Return a date with its weekday: „Freitag, 4. Dezember 2026“."""
    return "" if value is None else date_format(_day(value), "l, j. F Y")


@register.filter
def near_date(value: date | None) -> str:
    """Return a day as one says it while it is near: „heute“, „gestern“, else „19.11.2026“."""
    if value is None:
        return ""
    days = (timezone.localdate() - _day(value)).days
    return {0: "heute", 1: "gestern"}.get(days) or f"{_day(value):%d.%m.%Y}"


register.simple_tag(counted, name="count")
