"""One unit's report as a card on the page of its Maßnahme: its passages, its threads, what the person may do with it."""

from dataclasses import dataclass, field, fields

from ratings.completeness import evidence_lines
from ratings.models import Inquiry, InquiryMessage, StatusReport, Submission
from ratings.models.fields import ContentFields, ObstacleCategory
from ratings.rollup import UnitLine, UnitTexts
from ratings.states import ReportState

_LABELS = {text.name: str(text.verbose_name) for text in ContentFields._meta.fields}
_PASSAGES = tuple(text.name for text in fields(UnitTexts) if text.name != "summary")


@dataclass(frozen=True)
class Passage:
    """One labelled text of a submission; Belege come as lines, each with whether it is an address."""

    label: str
    text: str = ""
    lines: tuple[tuple[str, bool], ...] = ()


def passages(texts: UnitTexts | Submission) -> list[Passage]:
    """Return what was written, in the order of the form, without the Kurzfassung, which stands apart, and the interne Notiz."""
    found = []
    for name in _PASSAGES:
        value = getattr(texts, name)
        if not value:
            continue
        if name == "evidence":
            found.append(Passage(_LABELS[name], lines=tuple(evidence_lines(value))))
        elif name == "next_step_on":
            found.append(Passage(_LABELS[name], f"{value:%d.%m.%Y}"))
        elif name == "obstacle_category":
            found.append(Passage(_LABELS[name], str(dict(ObstacleCategory.choices).get(value, value))))
        else:
            found.append(Passage(_LABELS[name], value))
    return found


@dataclass(frozen=True)
class Thread:
    """A Rückfrage with its posts, and what the person may do in it. `names`, `asker_names`: whose authors they may know (rule 9)."""

    inquiry: Inquiry
    messages: list[InquiryMessage]
    names: bool
    asker_names: bool
    may_answer: bool
    may_ask_again: bool
    may_settle: bool
    may_reopen: bool

    @property
    def anchor(self) -> str:
        return thread_anchor(self.inquiry.pk)

    @property
    def answer_target(self) -> str:
        return answer_target(self.inquiry.pk)

    @property
    def ask_target(self) -> str:
        return f"nachfrage-{self.inquiry.pk}"

    @property
    def seen(self) -> int:
        """The newest post the person reads here."""
        return max(message.pk for message in self.messages)

    def offers(self, target: str) -> bool:
        return (target == self.answer_target and self.may_answer) or (target == self.ask_target and self.may_ask_again)


def answer_target(inquiry_id: int) -> str:
    """Return the id of the field in which the unit answers."""
    return f"antwort-{inquiry_id}"


def thread_anchor(inquiry_id: int) -> str:
    """Return the anchor of a thread on the page of its Maßnahme."""
    return f"frage-{inquiry_id}"


@dataclass
class Card:
    """One unit's report as it is shown. `report` and `submission` are missing where a snapshot is read.

    `older` are the submissions of this round that no longer count, `before` is what the unit said in an earlier round.
    """

    line: UnitLine
    report: StatusReport | None = None
    submission: Submission | None = None
    older: list[Submission] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    allowed: frozenset[str] = frozenset()
    names: bool = False
    may_open: bool = False
    before: Submission | None = None
    is_newer: bool = False

    @property
    def anchor(self) -> str:
        return f"bericht-{self.line.slug}"

    @property
    def target(self) -> str:
        return f"rueckfrage-{self.line.slug}"

    @property
    def passages(self) -> list[Passage]:
        return passages(self.line.texts) if self.line.texts else []

    @property
    def corrected(self) -> Submission | None:
        """The submission that the standing one replaces."""
        return self.older[0] if self.older and self.line.counts else None

    @property
    def earlier(self) -> list[tuple[Submission, list[Passage]]]:
        return [(submission, passages(submission)) for submission in self.older]

    @property
    def is_missing(self) -> bool:
        return self.line.is_missing

    @property
    def is_dropped(self) -> bool:
        return self.line.state == ReportState.DROPPED
