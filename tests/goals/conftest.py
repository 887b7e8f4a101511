import pytest

from tests import factories as make


@pytest.fixture
def table_units(db: None) -> None:
    """Units that the tables of tests name."""
    umwelt = make.unit(slug="fd-umwelt", name="Fachdienst Umwelt", short_name="FD Umwelt")
    make.unit(slug="sprache", name="Sprachbüro", is_active=False, successor=umwelt)
    make.unit(slug="buero-a", name="Büro", short_name="A")
    make.unit(slug="buero-b", name="Büro", short_name="B")
    make.unit(slug="bks", name="Fachdienst Bildung, Kultur und Sport", short_name="FD 4; Bildung")
