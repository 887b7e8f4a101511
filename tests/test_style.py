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
LIBRARIES = (components, help_pages, ampel, charts)
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
# Paper is measured in mm, cm and pt, letters and lines of text in em and ch; the screen in KERN's steps alone.
RAW_LENGTH = re.compile(r"[\w-]+: [^;{}]*\d(?:rem|px)\b[^;{}]*")
SPACE = re.compile(r"(?<![\w-])(?:gap|(?:row|column)-gap|(?:margin|padding)(?:-\w+)?|inset|top|right|bottom|left): ([^;{}]+)")
TYPE = re.compile(r"(?<![\w-])(?:font|font-size|font-family|line-height): [^;{}]+")
# A whole type; or the size or the height of a line alone, where the rest is inherited. A line may count in letters of its own size.
FROM_TOKENS = re.compile(
    r"font: (?:var\(--t-\w+\)|inherit)|font-size: (?:var\(--kern-font-size-\d+\)|[\d.]+(?:%|pt))"
    r"|line-height: (?:var\(--kern-font-size-\d+\)|calc\(var\(--kern-\d+\) [+-] var\(--kern-\d+\)\)|[\d.]+)"
)
# Where classes are written.
SOURCES = ("templates/**/*.html", "static/js/*.js", "evalportal/**/*.py", "goals/**/*.py", "ratings/**/*.py")

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


def _screen(name: str) -> str:
    """The declarations for the screen: without @page, and without conditions, which cannot read a token."""
    without_pages = re.sub(r"@page[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", _rules(name))
    return re.sub(r"@(?:media|container|supports)[^{]*\{", "", without_pages)


@pytest.mark.parametrize("name", SHEETS)
def test_every_length_is_a_token(name: str) -> None:
    assert [found.strip() for found in RAW_LENGTH.findall(_screen(name))] == []


@pytest.mark.parametrize("name", SHEETS)
def test_spaces_are_on_the_scale(name: str) -> None:
    steps = [step for space in SPACE.findall(_screen(name)) for step in re.findall(r"--kern-(\d+)\)", space)]
    assert [step for step in steps if int(step) not in SPACES] == []


@pytest.mark.parametrize("name", SHEETS)
def test_types_are_tokens(name: str) -> None:
    sheet = re.sub(r"@font-face \{[^}]*\}", "", _screen(name))
    assert [found for found in TYPE.findall(sheet) if not FROM_TOKENS.fullmatch(found.removesuffix(" !important"))] == []


def _written() -> tuple[str, set[str]]:
    """The sources, and the words in their strings: classes, and the values that end one, as in `class="state--{{ variant }}"`."""
    texts = {path: path.read_text(encoding="utf-8") for pattern in SOURCES for path in Path(settings.BASE_DIR).glob(pattern)}
    words: set[str] = set()
    for path, text in texts.items():
        strings = r'"[^"]*"' if path.suffix == ".html" else r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`"
        words.update(word for string in re.findall(strings, text) for word in re.findall(r"[\w-]+", string))
    return "\n".join(texts.values()), words


def test_every_class_with_rules_is_used() -> None:
    source, words = _written()
    selectors = "".join(re.sub(r"\{[^{}]*\}", "{}", _screen(name)) for name in SHEETS)
    unused = set(re.findall(r"\.([a-z][\w-]*)", selectors)) - words
    for name in sorted(unused):
        composed = re.fullmatch(r"(.+(?:--|__))(.+)", name)
        if composed and f"{composed[1]}{{" in source and all(part.isdigit() or part in words for part in composed[2].split("-")):
            unused.discard(name)
    assert unused == set()


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
    tags = [name for library in LIBRARIES for name in library.register.tags if name not in FRAME]
    assert [name for name in tags if not re.search(rf"{{% {name}\b", sources)] == []
    included = {path.name for path in (TEMPLATES / "components").glob("*.html")} - FRAME_PARTS
    drawn = "".join(Path(str(library.__file__)).read_text(encoding="utf-8") for library in LIBRARIES)
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
