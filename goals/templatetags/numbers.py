"""Numbers as the report prints them."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def plain_number(value: Decimal) -> str:
    """Return a value without empty decimals, in German: 1234.50 becomes „1.234,5“, 56.00 becomes „56“."""
    return number_format(f"{value.normalize():f}", use_l10n=True, force_grouping=True)
