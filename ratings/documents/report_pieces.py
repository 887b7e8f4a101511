"""The pieces of the Evaluationsbericht between its content and its files: the Word file and the PDF are both written from them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ratings.rollup import Share
from ratings.scheme import Grade, Marker


@dataclass(frozen=True, slots=True)
class Cover:
    """The title page; `facts` are pairs of word and value."""

    owner: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The files number the first two levels themselves."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to the figure or table of this number."""

    kind: Literal["Abbildung", "Tabelle"]
    number: int

    @property
    def words(self) -> str:
        return f"{self.kind}\u00a0{self.number}"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`is_gap`: it stands where somebody still has to write."""

    parts: tuple[str | Ref, ...]
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; its items are one line each."""

    items: tuple[str, ...]
    is_numbered: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One stacked bar; a chart of one bar has no `title` beside it."""

    title: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure of stacked bars; `alternative` says it in words with all counts."""

    number: int
    caption: str
    alternative: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in centimetres of an upright page."""

    heading: str
    width: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Words, with the shape of a grade (or „ohne“, „uneinig“) before them, or as a Kennzeichen alone in its cell."""

    text: str
    shape: str = ""
    symbol: str = ""
    grade: Grade | None = None
    marker: Marker | None = None
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, which is also what a screen reader says of it; `total` is its last row."""

    number: int
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()


Piece: TypeAlias = Heading | Paragraph | Items | Chart | Table
