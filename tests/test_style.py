"""The design system: /stil/ shows every part and every token, and no stylesheet has a colour or a space of its own."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from evalportal.style_guide import GROUPS, SPACES, tokens
from evalportal.stylesheets import ALWAYS
from evalportal.templatetags import components, help_pages
from ratings.templatetags import ampel, charts

CSS = Path(settings.BASE_DIR) / "static/css"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
LIBRARIES = (components.register, help_pages.register, ampel.register, charts.register)
# What every page is framed by, /stil/ too: shown without a sample.
FRAME = {"stylesheets"}
FRAME_PARTS = {"appearance.html", "head.html", "help_link.html", "menu.html", "search_form.html"}
# Parts that look one way, by the class that marks them; written in components/ or by a tag alone.
PARTS = (
    "callout",
    "empty",
    "kern-alert",
    "tabs",
    "tabs__link",
    "toast",
    "rating",
    "state",
    "marker",
    "swatch",
    "steps",
    "figure",
)
SHEETS = sorted(path.name for path in CSS.glob("*.css"))

RAW_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b(?![^{]*\{)|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb|light-dark)\(", re.IGNORECASE)
# Spaces between things; widths, indents and the size of controls are not among them.
SPACE = re.compile(r"(?<![\w-])(?:gap|row-gap|column-gap|margin|margin-top|margin-bottom|margin-block|padding-block): ([^;}]+)")

# Loaded by every page as one file, or by single pages, or for paper.
BY_PAGE = {"help.css", "meeting.css", "overview.css", "print.css", "style_guide.css"}


def _rules(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def test_every_stylesheet_is_loaded() -> None:
    assert {f"css/{name}" for name in set(SHEETS) - BY_PAGE} == set(ALWAYS)


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "tokens.css"])
def test_colours_stand_in_the_tokens_alone(name: str) -> None:
    assert RAW_COLOUR.findall(_rules(name)) == []


@pytest.mark.parametrize("name", SHEETS)
def test_every_token_that_is_used_is_there(name: str) -> None:
    kern = (Path(settings.BASE_DIR) / "node_modules/@kern-ux/native/dist/kern.min.css").read_text(encoding="utf-8")
    own = "".join(_rules(sheet) for sheet in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)", _rules(name)))
    there = set(re.findall(r"(--[\w-]+)\s*:", kern + own))
    assert used - there == set()


@pytest.mark.parametrize("name", SHEETS)
def test_spaces_are_on_the_scale(name: str) -> None:
    values = [value for space in SPACE.findall(_rules(name)) for value in re.findall(r"(?<![\w.])-?([\d.]+)rem", space)]
    assert [value for value in values if float(value) * 16 not in SPACES] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("debug", "status"), [(True, 200), (False, 404)])
def test_the_page_is_there_in_debug_alone(client: Client, settings: pytest.FixtureRequest, debug: bool, status: int) -> None:
    settings.DEBUG = debug  # type: ignore[attr-defined]
    assert client.get("/stil/").status_code == status


@pytest.mark.django_db
def test_it_shows_every_part_and_every_token(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    page = client.get("/stil/").content.decode()
    sources = "".join(
        (Path(__file__).parent.parent / "templates/style_guide" / f"{sample.slug}.html").read_text(encoding="utf-8")
        for _, samples in GROUPS
        for sample in samples
    )
    tags = [name for library in LIBRARIES for name in library.tags if name not in FRAME]
    assert [name for name in tags if not re.search(rf"{{% {name}\b", sources)] == []
    included = {path.name for path in (TEMPLATES / "components").glob("*.html")} - FRAME_PARTS
    drawn = "".join(
        path.read_text(encoding="utf-8") for path in (Path(settings.BASE_DIR) / "evalportal/templatetags").glob("*.py")
    )
    drawn += "".join(path.read_text(encoding="utf-8") for path in (Path(settings.BASE_DIR) / "ratings/templatetags").glob("*.py"))
    assert [name for name in sorted(included) if f"components/{name}" not in sources + drawn] == []
    found = tokens()
    assert len(found["colours"]) > 20
    assert [token.name for token in (*found["colours"], *found["types"]) if f"<code>{token.name}</code>" not in page] == []


def test_parts_are_written_in_their_components_alone() -> None:
    """A copy by hand would look different with the next change of the part."""
    copies = [
        f"{path.relative_to(TEMPLATES)}: {found}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        if path.parent.name not in ("components", "style_guide")
        for found in re.findall(rf'class="(?:{"|".join(PARTS)})[ "{{][^>]*', path.read_text(encoding="utf-8"))
    ]
    assert copies == []
