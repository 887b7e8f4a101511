"""The parts that every page is made of, each shown one way. `/stil/` shows them all with their variants.

Ratings, Kennzeichen and states stand in `ratings.templatetags.ampel`, dates in `evalportal.templatetags.words`. No tag queries.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evalportal import stylesheets as sheets

register = template.Library()

# What a callout says, and the picture beside it. „locked“ is grey: nothing to do here.
_CALLOUTS: Final = {"attention": "warning", "returned": "mail", "locked": "info", "info": "info"}


@register.simple_block_tag
def nothing(
    content: SafeString, title: str, *, heading: str = "p", url: str = "", action: str = "", primary: bool = False
) -> str:
    """An empty list: what is not there in a title, why or what next in the content, and the step that leads on.

    `heading` is the element of the title („p“, „h2“, „h3“).
    """
    context = {"title": title, "text": content, "has_text": bool(content.strip()), "heading": heading}
    return render_to_string("components/empty.html", context | {"url": url, "action": action, "primary": primary})


@register.simple_block_tag
def callout(content: SafeString, title: str = "", *, kind: str = "attention", heading: str = "p", css: str = "") -> str:
    """Something that concerns the page as a whole. `kind` is a key of `_CALLOUTS`; `heading` the element of the title.

    Raises KeyError for another kind.
    """
    context = {"title": title, "text": content, "has_text": bool(content.strip()), "heading": heading}
    return render_to_string(
        "components/callout.html", context | {"icon": _CALLOUTS[kind], "is_locked": kind == "locked", "css": css}
    )


@register.simple_block_tag
def figure(content: SafeString, value: object, label: str, *, one: str = "", of: object = "") -> str:
    """One number of a row of figures: „96 von 164“, what it counts, and in the content the link to what stands behind it.

    `one` is the label for a single thing, where that differs.
    """
    words = one if one and (of if of != "" else value) == 1 else label
    context = {"value": value, "of": of, "label": words, "link": content, "has_link": bool(content.strip())}
    return render_to_string("components/figure.html", context)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: RequestContext, content: SafeString, label: str, *, cancel: str, sent: Iterable[tuple[str, str]] = (), step: str = ""
) -> str:
    """The end of a page that shows what a step would do: a button that does it and a way back that does nothing.

    `sent` are the fields of the form that led here. The content are further hidden fields and a sentence before the buttons.
    `step` is the value of the button's `step`.
    """
    parts = {"label": label, "cancel": cancel, "sent": sent, "step": step, "content": content}
    return render_to_string("components/confirm.html", parts | {"csrf_token": context.get("csrf_token")})


@register.inclusion_tag("components/deadline.html")
def deadline(due_on: date | None, *, words: str = "Abgabe bis", running: bool = True, short: bool = False) -> dict[str, Any]:
    """A deadline with its day and how far off it is: „Abgabe bis Freitag, 4. Dezember 2026, noch 12 Tage“.

    `short` writes the day in figures; without `running` nobody waits for it any more and the distance is left out.
    """
    return {"due_on": due_on, "words": words, "running": running, "short": short}


@register.inclusion_tag("components/tabs.html")
def tabs(entries: Iterable[tuple[object, str]], current: object, label: str) -> dict[str, Any]:
    """Pages side by side: (what stands on the tab, address) each; `current` is the one that is open, `label` names the row."""
    return {"entries": entries, "current": current, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(stations: Iterable[Any], label: str) -> dict[str, Any]:
    """The way of something: stations with `word`, `dates` and `variant` („done“, „now“ or empty)."""
    return {"stations": stations, "label": label}


@register.inclusion_tag("components/trail.html")
def trail(entries: Iterable[Any]) -> dict[str, Any]:
    """Who changed something and when, from the entries of its history."""
    return {"entries": entries}


@register.simple_tag
def table_head(*labels: str) -> SafeString:
    """The head of a table that becomes a list on small screens: its columns by name."""
    cells = format_html_join("", '<th scope="col" role="columnheader">{}</th>', ((label,) for label in labels))
    return format_html('<thead><tr role="row">{}</tr></thead>', cells)


@register.simple_tag
def stylesheets() -> tuple[str, ...]:
    """The stylesheets that every page links, in the order of the cascade."""
    return sheets.stylesheets()
