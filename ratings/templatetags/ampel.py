"""Rating, Kennzeichen and states as they look on every page: word, shape and colour (DESIGN.md, section 3). No tag queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ratings import scheme
from ratings.charts import rated_parts, segments
from ratings.returns import bar_parts
from ratings.rollup import Progress, Share, Standing
from ratings.scheme import Grade, Marker
from ratings.states import InquiryState, MeetingState, ReportState, RoundState

if TYPE_CHECKING:
    from ratings.appendix import AppendixRow

register = template.Library()

_WITHOUT_OUTLINE: Final = frozenset({scheme.NOT_RATED_SHAPE, scheme.DISPUTED_SHAPE})

# Variant of `.state` for each state; those that are missing stay plain words.
_REPORT_VARIANTS: Final = {
    ReportState.OPEN: "open",
    ReportState.DRAFT: "running",
    ReportState.AWAITING_APPROVAL: "running",
    ReportState.SUBMITTED: "done",
    ReportState.RETURNED: "returned",
}
_PROGRESS_VARIANTS: Final = {
    Progress.RECHECK: "decide",
    Progress.AGREED: "done",
    Progress.NOBODY: "open",
    Progress.DROPPED: "open",
    Progress.INQUIRY: "returned",
    Progress.DECIDE: "decide",
}
_INQUIRY_VARIANTS: Final = {InquiryState.OPEN: "returned", InquiryState.ANSWERED: "running"}
_ROUND_VARIANTS: Final = {
    RoundState.PREPARING: "open",
    RoundState.OPEN: "running",
    RoundState.COORDINATING: "running",
    RoundState.CLOSED: "done",
}


def _symbol(name: str) -> str:
    """Return the address of a symbol in the sprite `static/img/ampel.svg`."""
    return f"{static('img/ampel.svg')}#{name}"


@register.simple_tag
def shape(name: str, *, proposal: bool = False, size: str = "", label: str = "") -> SafeString:
    """Return the mark of a grade („hoch“ … „ohne“, „uneinig“): filled is agreed, outlined is a proposal.

    `size` is "small", "large" or empty. Without a `label` it is decoration and the word must stand beside it.
    """
    outline = "-v" if proposal and name not in _WITHOUT_OUTLINE else ""
    return format_html(
        '<svg class="shape shape--{}{}"{}><use href="{}"/></svg>',
        name,
        f" shape--{size}" if size else "",
        format_html(' role="img" aria-label="{}"', label) if label else format_html(' aria-hidden="{}"', "true"),
        _symbol(f"ampel-{name}{outline}"),
    )


def _rating(name: str, word: str, *, proposal: bool, size: str, note: str) -> SafeString:
    variant = "none" if name == scheme.NOT_RATED_SHAPE else name
    tail: str = ""
    if note or proposal:
        tail = format_html(' <span class="{}">{}</span>', "rating__note" if note else "kern-sr-only", note or "(Vorschlag)")
    return format_html(
        '<span class="rating rating--{}{}{}">{}<span class="rating__word">{}</span>{}</span>',
        variant,
        " rating--proposal" if proposal else "",
        f" rating--{size}" if size else "",
        shape(name, proposal=proposal),
        word,
        tail,
    )


@register.simple_tag
def rating(row: "AppendixRow", *, size: str = "") -> SafeString:
    """Return what stands where the rating of a row stands; a proposal says so. `size` is "large", "inline" or empty."""
    proposal = row.standing == Standing.PROPOSAL
    return _rating(row.shape, row.word, proposal=proposal, size=size, note="Vorschlag" if proposal else "")


@register.simple_tag
def grade(value: Grade | str | None, *, proposal: bool = False, size: str = "", note: str = "") -> SafeString:
    """Return shape and word of a grade; for None „nicht bewertet“, for a proposal „kein Vorschlag“. `note` stands beside the word.

    Raises ValueError for a text that is no grade.
    """
    parsed = Grade.parse(value)
    if parsed is None and proposal:
        return format_html('<span class="muted no-proposal">{}</span>', scheme.NO_PROPOSAL_WORD)
    if parsed is None:
        return _rating(scheme.NOT_RATED_SHAPE, scheme.NOT_RATED_WORD, proposal=False, size=size, note=note)
    return _rating(parsed.shape, parsed.word, proposal=proposal, size=size, note=note)


@register.simple_tag
def face(name: str, word: str) -> SafeString:
    """Return shape and word of what is no grade of one Maßnahme: a part of a distribution, „uneinig“ in an explanation."""
    return _rating(name, word, proposal=False, size="", note="")


@register.simple_tag
def change(old: Grade | str | None, new: Grade | str | None, *, proposal: bool = False) -> SafeString:
    """Return what a grade was and what it is now."""
    return format_html(
        '<span class="change">{} <span class="change__to" aria-hidden="true">→</span>'
        '<span class="kern-sr-only">geändert in</span> {}</span>',
        grade(old, proposal=proposal, size="inline"),
        grade(new, proposal=proposal, size="inline"),
    )


def _marker_face(marker: Marker) -> SafeString:
    if marker.icon:
        return format_html('<svg aria-hidden="true"><use href="{}"/></svg>', _symbol(marker.icon))
    return format_html('<span aria-hidden="true">{}</span>', marker.symbol)


@register.simple_tag
def marker(value: Marker | str, *, word: bool = False) -> SafeString:
    """Return the box of one Kennzeichen with its name for screen readers, or with the name beside it if `word`."""
    parsed = Marker(value)
    if word:
        return format_html('<span class="marker-word"><span class="marker">{}</span>{}</span>', _marker_face(parsed), parsed.word)
    return format_html(
        '<span class="marker" title="{}">{}<span class="kern-sr-only">{}</span></span>',
        parsed.word,
        _marker_face(parsed),
        parsed.word,
    )


@register.simple_tag
def markers(values: Iterable[Marker | str]) -> str:
    """Return the boxes of several Kennzeichen, nothing for none."""
    boxes = format_html_join(" ", "{}", ((marker(value),) for value in values))
    return format_html('<span class="markers">{}</span>', boxes) if boxes else ""


@register.simple_tag
def state(word: str, variant: str = "") -> SafeString:
    """Return a state in its own words; `variant` is one of those of `.state` in the stylesheets."""
    icon = format_html('<span class="kern-icon kern-icon--{}" aria-hidden="true"></span>', "check") if variant == "done" else ""
    return format_html('<span class="state{}">{}{}</span>', f" state--{variant}" if variant else "", icon, word)


@register.simple_tag
def report_state(value: ReportState | str) -> SafeString:
    """Return the state of a Sachstandsbericht."""
    parsed = ReportState(value)
    return state(str(parsed.label), _REPORT_VARIANTS.get(parsed, ""))


@register.simple_tag
def progress_state(value: Progress | str) -> SafeString:
    """Return how far a Maßnahme is in its round: the column „Stand“."""
    progress = Progress(value)
    return state(str(progress.label), _PROGRESS_VARIANTS.get(progress, ""))


@register.simple_tag
def round_state(value: RoundState | str, has_ratings: bool = True, *, named: bool = False) -> SafeString:
    """Return the state of a Berichtsrunde; its word depends on whether the round has ratings. `named`: „Runde offen“."""
    parsed = RoundState(value)
    word = parsed.word(has_ratings=has_ratings)
    return state(f"Runde {word}" if named else word, _ROUND_VARIANTS.get(parsed, ""))


@register.simple_tag
def meeting_state(value: MeetingState | str) -> SafeString:
    """Return the state of a Jour-fixe-Sitzung."""
    parsed = MeetingState(value)
    return state(str(parsed.label), "" if parsed == MeetingState.HELD else "running")


@register.simple_tag
def inquiry_state(value: InquiryState | str) -> SafeString:
    """Return the state of a Rückfrage."""
    parsed = InquiryState(value)
    return state(str(parsed.label), _INQUIRY_VARIANTS.get(parsed, ""))


def _percent(share: float) -> str:
    return f"{100 * share:.3f}%"


def _gaps(css: str, edges: Iterable[str]) -> SafeString:
    return format_html_join("", '<rect class="{}" x="{}" width="2" height="100%"/>', ((css, edge) for edge in edges))


@register.simple_tag
def distribution(shares: Sequence[Share], *, slim: bool = False) -> SafeString:
    """Return the stacked bar of a distribution; agreed is filled, proposed outlined. Words and counts are its label."""
    found = rated_parts(shares)
    places = segments([part.count for part in found])
    parts = []
    for part, (start, length) in zip(found, places, strict=True):
        css = f"dist__part{' dist__part--v' if part.is_outlined else ''} dist__{part.look}"
        drawing = (
            '<svg x="{1}" width="{2}" height="100%"><rect class="{0}" width="100%" height="100%"/></svg>'
            if part.is_outlined
            else '<rect class="{}" x="{}" width="{}" height="100%"/>'
        )
        parts.append(format_html(drawing, css, _percent(start), _percent(length)))
    if not parts:
        parts.append(format_html('<rect class="dist__part dist__{}" width="100%" height="100%"/>', scheme.NOT_RATED_SHAPE))
    return format_html(
        '<svg class="dist{}" role="img" aria-label="Verteilung: {}">{}{}</svg>',
        " dist--slim" if slim else "",
        ", ".join(f"{share.word} {share.count}" for share in shares if share.count) or "nichts zu zählen",
        format_html_join("", "{}", ((part,) for part in parts)),
        _gaps("dist__gap", (_percent(start) for start, _ in places if start)),
    )


@register.inclusion_tag("components/legend.html")
def legend(*, proposals: bool = True, markers: bool = True) -> dict[str, object]:
    """Return the Zeichenerklärung: grades, „nicht bewertet“; with `proposals` also „uneinig“, filled and outlined.

    `markers`: the Kennzeichen as well, where they stand beside the ratings.
    """
    return {"grades": list(Grade), "markers_of_scheme": list(Marker) if markers else (), "proposals": proposals}


@register.inclusion_tag("components/progress_legend.html")
def progress_legend(parts: Sequence[tuple[str, int, str]] = (), *, all: bool = False) -> dict[str, object]:
    """Return what the colours of `progress_bar` mean, with the counts of `parts`; of empty parts only with `all`.

    Without `parts` the words alone, for several bars.
    """
    shown = [part for part in parts if part[1] or all] if parts else bar_parts(Counter())
    return {"parts": parts, "shown": [("track" if look == "open" else look, count, word) for look, count, word in shown]}


@register.simple_tag
def progress_bar(parts: Sequence[tuple[str, int, str]]) -> SafeString:
    """Return the bar of the Rücklauf. Each part: its class ("in", "release", "draft", "returned", "open"), count and word."""
    places = segments([count for _, count, _ in parts])
    drawn = [
        (css, _percent(start), _percent(length))
        for (css, _, _), (start, length) in zip(parts, places, strict=True)
        if length and css != "open"
    ]
    return format_html(
        '<svg class="bars" role="img" aria-label="{}"><rect class="bars__track" width="100%" height="100%"/>{}{}</svg>',
        ", ".join(f"{count} {word}" for _, count, word in parts if count) or "nichts zu berichten",
        format_html_join("", '<rect class="bars__{}" x="{}" width="{}" height="100%"/>', drawn),
        _gaps("bars__gap", (x for _, x, _ in drawn if x != _percent(0))),
    )
