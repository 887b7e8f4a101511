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
_CALLOUTS: Final = {
    "attention": "warning",
    "returned": "mail",
    "locked": "info",
    "info": "info",
    "done": "success",
    "refused": "danger",
}
_LOOKS: Final = frozenset({"locked", "done"})
_ALERTS: Final = frozenset({"danger", "warning", "info"})


@register.simple_block_tag
def phrase(content: SafeString) -> str:
    """Words that another part takes as its title, where they hold more than text: `{% phrase as headline %}…{% endphrase %}`."""
    return format_html("{}", SafeString(content.strip()))


@register.simple_block_tag
def nothing(
    content: SafeString, title: str, *, heading: str = "p", url: str = "", action: str = "", primary: bool = False, css: str = ""
) -> str:
    """An empty list: what is not there in a title, why or what next in the content, and the step that leads on.

    `heading` is the element of the title („p“, „h2“, „h3“).
    """
    context = {"title": title, "text": content, "has_text": bool(content.strip()), "heading": heading, "css": css}
    return render_to_string("components/empty.html", context | {"url": url, "action": action, "primary": primary})


@register.simple_block_tag
def callout(
    content: SafeString, title: str = "", *, kind: str = "attention", heading: str = "p", css: str = "", focused: bool = False
) -> str:
    """Something that concerns the page as a whole, with what to do about it. `heading` is the element of the title.

    `kind` is a key of `_CALLOUTS`. `focused`: it answers what was just sent, is read out and takes the focus; once in a page.
    Raises KeyError for another kind.
    """
    context = {"title": title, "text": content, "has_text": bool(content.strip()), "heading": heading, "focused": focused}
    return render_to_string(
        "components/callout.html", context | {"icon": _CALLOUTS[kind], "look": kind if kind in _LOOKS else "", "css": css}
    )


@register.simple_block_tag
def alert(
    content: SafeString, title: str, *, kind: str = "danger", heading: str = "h2", focused: bool = True, css: str = ""
) -> str:
    """What became of something that was sent: refused, changed meanwhile, without effect. `kind` is one of `_ALERTS`.

    `focused`: it takes the focus; once in a page. Raises ValueError for another kind.
    """
    if kind not in _ALERTS:
        raise ValueError(f"There is no alert of the kind {kind!r}.")
    context = {"title": title, "text": content, "has_text": bool(content.strip()), "heading": heading, "kind": kind}
    return render_to_string("components/alert.html", context | {"focused": focused, "css": css})


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
    context: RequestContext,
    content: SafeString,
    label: str,
    *,
    cancel: str,
    back: str = "Abbrechen",
    sent: Iterable[tuple[str, str]] = (),
    name: str = "step",
    step: str = "",
    ready: bool = True,
    place: str = "",
) -> str:
    """The end of a page that shows what a step would do: a button that does it and a way `back` that does nothing.

    `sent` are the fields of the form that led here. The content are further fields and a sentence before the buttons. `step` is the value
    of the button, whose name is `name`. Without `ready` only the way back is left. `place` is the form's id.
    """
    parts = {"label": label, "cancel": cancel, "back": back, "sent": sent, "name": name, "step": step, "content": content}
    return render_to_string(
        "components/confirm.html", parts | {"ready": ready, "place": place, "csrf_token": context.get("csrf_token")}
    )


@register.inclusion_tag("components/undo.html", takes_context=True)
def undo(context: RequestContext, words: str, *, name: str, value: object, point: object = None) -> dict[str, Any]:
    """What was just done in `words`, and the button that takes it back: a POST of `name`=`value` to the page itself.

    `point` is the item it is about, where one page takes back several; it goes as „punkt“.
    """
    sent = {"words": words, "name": name, "value": value, "point": point}
    return sent | {"path": context["request"].path, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/deadline.html")
def deadline(
    due_on: date | None, *, words: str = "Abgabe bis", running: bool = True, short: bool = False, late: bool = False
) -> dict[str, Any]:
    """A deadline with its day and how far off it is: „Abgabe bis Freitag, 4. Dezember 2026, noch 12 Tage“.

    `short` writes the day in figures; without `running` nobody waits for it any more and the distance is left out. `late`: it is over, and
    what it was for is not there.
    """
    return {"due_on": due_on, "words": words, "running": running, "short": short, "late": late}


@register.simple_block_tag
def tabs(content: SafeString, label: str, *, css: str = "") -> SafeString:
    """Pages side by side, or one list by its parts: the content are the tabs, `label` names the row."""
    return format_html('<nav aria-label="{}"><ul class="tabs{}">{}</ul></nav>', label, f" {css}" if css else "", content)


@register.simple_tag
def tab(word: object, address: str, *, value: object, chosen: object, count: int | None = None, place: str = "") -> SafeString:
    """One tab of a row, the current one where its `value` is the `chosen` one. `count`: how much stands behind it. `place` is its id."""
    return format_html(
        '<li><a class="tabs__link" href="{}"{}{}>{}{}</a></li>',
        address,
        format_html(' id="{}"', place) if place else "",
        format_html(' aria-current="{}"', "true") if value == chosen else "",
        word,
        format_html(' <span class="tabs__count">{}</span>', count) if count is not None else "",
    )


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
    """The head of a table that becomes a list on small screens: its columns by name. One in brackets is for screen readers alone."""
    cells = (
        (format_html('<span class="kern-sr-only">{}</span>', label[1:-1]) if label.startswith("(") else label,)
        for label in labels
    )
    row = format_html_join("", '<th scope="col" role="columnheader">{}</th>', cells)
    return format_html('<thead role="rowgroup"><tr role="row">{}</tr></thead>', row)


@register.simple_tag
def stylesheets() -> tuple[str, ...]:
    """The stylesheets that every page links, in the order of the cascade."""
    return sheets.stylesheets()
