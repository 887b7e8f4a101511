"""Columns, headings and order of the lists. The templates of the pages walk the records directly (FACTS.md, „Front end“)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import django_tables2 as tables
from django_tables2.data import TableListData
from django_tables2.utils import OrderBy

from ratings.appendix import AppendixRow, Order, sort_rows


@dataclass(frozen=True, slots=True)
class Heading:
    """Head of a column: `query` orders by it (empty where it cannot), `direction` is the value of `aria-sort`."""

    label: str
    css_class: str
    query: str
    direction: str


class AppendixData(TableListData):
    """Rows that come in the order of the Konzept; `sort_rows` orders them, for page and file alike."""

    data: list[AppendixRow]

    def order_by(self, aliases: Iterable[str]) -> None:
        for alias in reversed(list(aliases)):
            order = OrderBy(alias)
            self.data = list(sort_rows(self.data, Order(order.bare), reverse=order.is_descending))


class OverviewTable(tables.Table):
    """The overview. Orderable columns have the names of `Order`, which stand in the query string."""

    nummer = tables.Column("Ziel", accessor="goal_text", attrs={"col": {"class": "col-goal"}})
    massnahme = tables.Column("Maßnahme", accessor="title", attrs={"col": {"class": "col-measure"}})
    einheit = tables.Column("Zuständig", accessor="lead", attrs={"col": {"class": "col-units"}})
    sachstand = tables.Column("Sachstand", accessor="summaries", orderable=False, attrs={"col": {"class": "col-summary"}})
    bewertung = tables.Column("Bewertung", accessor="word", attrs={"col": {"class": "col-rating"}})
    veraenderung = tables.Column("Veränderung", accessor="key", orderable=False, attrs={"col": {"class": "col-change"}})
    kennzeichen = tables.Column("Kennzeichen", accessor="set_markers", orderable=False, attrs={"col": {"class": "col-marker"}})
    stand = tables.Column("Stand", accessor="progress", attrs={"col": {"class": "col-state"}})

    class Meta:
        order_by_field = "sort"

    def __init__(
        self,
        rows: Iterable[AppendixRow],
        *,
        order_by: str = "",
        exclude: Iterable[str] = (),
        is_compared: bool = False,
        **options: Any,
    ) -> None:
        """`order_by`: a value of `Order`, with „-“ before it to reverse it; empty keeps the order of the Konzept.

        `is_compared`: an earlier round stands beside this one, so there is a column for what changed.
        """
        hidden = (*exclude, *(() if is_compared else ("veraenderung",)))
        super().__init__(AppendixData(list(rows)), order_by=order_by or None, exclude=hidden, **options)

    @property
    def records(self) -> tuple[AppendixRow, ...]:
        """The rows in the order of the table."""
        return tuple(self.data.data)

    def headings(self, query: Callable[[str], str]) -> list[Heading]:
        """Return the heads of the columns. `query(order)` is the query string that orders by it and keeps the rest."""
        return [self._heading(column, query) for column in self.columns]

    def _heading(self, column: Any, query: Callable[[str], str]) -> Heading:
        direction = ""
        if column.is_ordered:
            direction = "descending" if column.order_by_alias.is_descending else "ascending"
        return Heading(
            label=str(column.header),
            css_class=column.attrs["col"]["class"],
            query=query(column.order_by_alias.next) if column.orderable else "",
            direction=direction,
        )


# The columns that can be left out, with their heads. The Maßnahme always stands there, its change while rounds are compared.
OPTIONAL_COLUMNS: Final = {
    name: str(column.verbose_name)
    for name, column in OverviewTable.base_columns.items()
    if name not in ("massnahme", "veraenderung")
}
