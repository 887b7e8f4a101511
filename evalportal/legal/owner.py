"""Who runs the portal: what Impressum, Datenschutz and Erklärung zur Barrierefreiheit say of the county. Nothing here is invented."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final


def _setting(variable: str, *, needed: bool = True) -> Any:
    return field(default="", metadata={"variable": variable, "needed": needed})


@dataclass(frozen=True)
class Owner:
    """The data of the county. An empty text is not known yet: the pages say so, and `manage.py check --deploy` names its variable.

    `name` is never empty. Texts of several lines hold an address or a contact. `is_example` marks values that are made up.
    """

    name: str
    address: str = _setting("OWNER_ADDRESS")
    phone: str = _setting("OWNER_PHONE")
    email: str = _setting("OWNER_EMAIL")
    represented_by: str = _setting("OWNER_REPRESENTED_BY")
    vat_id: str = _setting("OWNER_VAT_ID", needed=False)
    supervisor: str = _setting("OWNER_SUPERVISOR")
    privacy_officer: str = _setting("PRIVACY_OFFICER")
    privacy_authority: str = _setting("PRIVACY_AUTHORITY")
    legal_basis: str = _setting("PRIVACY_LEGAL_BASIS")
    retention: str = _setting("PRIVACY_RETENTION")
    barrier_email: str = _setting("BARRIER_EMAIL", needed=False)
    barrier_answer_within: str = _setting("BARRIER_ANSWER_WITHIN")
    arbitration: str = _setting("ARBITRATION_CONTACT")
    arbitration_url: str = _setting("ARBITRATION_URL")
    monitoring: str = _setting("MONITORING_CONTACT")
    statement_date: str = _setting("ACCESSIBILITY_STATEMENT_DATE")
    is_example: bool = False

    @property
    def barrier_contact(self) -> str:
        """Where reported barriers are mailed to; empty if no address is known."""
        return self.barrier_email or self.email

    @property
    def stated_on(self) -> date | None:
        """The day of the Erklärung zur Barrierefreiheit, None if it is not known."""
        return date.fromisoformat(self.statement_date) if self.statement_date else None

    @property
    def missing(self) -> list[str]:
        """The environment variables that a public portal needs and that are not set."""
        return [
            item.metadata["variable"] for item in fields(self) if item.metadata.get("needed") and not getattr(self, item.name)
        ]


# Field → environment variable.
VARIABLES: Final = {item.name: str(item.metadata["variable"]) for item in fields(Owner) if "variable" in item.metadata}

_EXAMPLE: Final = {
    "OWNER_ADDRESS": "Beispielstraße 1\n12345 Beispielstadt",
    "OWNER_PHONE": "01234 0000-0 (Beispiel)",
    "OWNER_EMAIL": "evaluation@beispiel.example",
    "OWNER_REPRESENTED_BY": "die Landrätin oder den Landrat (Beispiel)",
    "OWNER_SUPERVISOR": "Beispielministerium\nBeispielplatz 2, 12345 Beispielstadt",
    "PRIVACY_OFFICER": "Datenschutzbeauftragte Person (Beispiel)\ndatenschutz@beispiel.example",
    "PRIVACY_AUTHORITY": "Beispiel für die Aufsichtsbehörde\nBeispielallee 3, 12345 Beispielstadt",
    "PRIVACY_LEGAL_BASIS": "Beispiel: Hier nennt der Landkreis die Rechtsgrundlagen, auf die er sich stützt.",
    "PRIVACY_RETENTION": "Beispiel: Hier nennt der Landkreis, wie lange er Zugänge und Verläufe aufbewahrt.",
    "BARRIER_ANSWER_WITHIN": "vier Wochen (Beispiel)",
    "ARBITRATION_CONTACT": "Beispiel für die Schlichtungsstelle\nschlichtung@beispiel.example",
    "ARBITRATION_URL": "https://schlichtung.beispiel.example/",
    "MONITORING_CONTACT": "Beispiel für die Überwachungsstelle\nueberwachung@beispiel.example",
    "ACCESSIBILITY_STATEMENT_DATE": "2026-11-22",
}


def read_owner(read: Callable[[str], str], *, name: str, example: bool) -> Owner:
    """Return the owner whose values `read` returns by the name of a variable, an empty text for those that are not set.

    Where nothing at all is set, `example` (a copy that is tried out) gives made-up values that say so themselves. Raises
    ValueError for a date that is none.
    """
    given = {field_name: read(variable).strip() for field_name, variable in VARIABLES.items()}
    is_example = example and not any(given.values())
    if is_example:
        given = {field_name: _EXAMPLE.get(variable, "") for field_name, variable in VARIABLES.items()}
    if stated := given["statement_date"]:
        try:
            date.fromisoformat(stated)
        except ValueError as error:
            raise ValueError(f"ACCESSIBILITY_STATEMENT_DATE is no date like 2026-11-22: {stated!r}") from error
    return Owner(name=name, is_example=is_example, **given)
