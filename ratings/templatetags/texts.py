"""What units wrote, as pages show it."""

from django import template

from ratings import completeness

register = template.Library()


@register.filter
def evidence_lines(text: str) -> list[tuple[str, bool]]:
    """Return the lines of „Belege“, each with whether it is an address to link to."""
    return completeness.evidence_lines(text)
