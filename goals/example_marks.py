"""How a page says that what it shows is fictional: „Beispieldaten“ on every page that shows any of it (DESIGN.md, rule 11)."""

from collections.abc import Iterable


def example_marks(fictional: Iterable[bool]) -> dict[str, bool]:
    """Return what `base.html` says about a page; `fictional` tells of each thing on it whether its Konzept is an example."""
    kinds = set(fictional)
    return {"is_example": True in kinds, "is_partly_example": len(kinds) > 1}
