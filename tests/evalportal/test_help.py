"""The help: every page has one, everything it points to is there, and who may read it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalportal.help import glossary, help_for
from evalportal.help.pages import BY_VIEW, PAGES, find, sections
from evalportal.help.pictures import ALT, DIRECTORY, picture
from goals.models import Role
from ratings.appendix import freeze, live_appendix
from ratings.scheme import DISPUTED_WORD, NOT_RATED_WORD, Grade, Marker
from ratings.states import RoundState
from ratings.views.overview import EXPORTS
from tests import factories as make
from tests.pages import PAGES as ADDRESSES

pytestmark = pytest.mark.django_db

# Addresses at which nobody looks at a page: monitoring, what only takes forms.
NO_PAGES = {"healthz"} | {name for name, signs in ADDRESSES.items() if set(signs) <= set("SP4")}
SLUGS = [page.slug for page in PAGES]
_LINK = re.compile(r'<a [^>]*href="([^"]+)"')
_ID = re.compile(r' id="([^"]+)"')


def main(text: str) -> str:
    return text[text.index("<main") : text.index("</main>")]


@pytest.fixture
def everyone(client_as: Any) -> Client:
    """Somebody with every role, for whom every link leads somewhere."""
    person = make.user()
    for role in Role:
        make.member(role, user=person)
    round_ = make.filled_round()
    make.report(make.measure("90.1", concept=round_.concept), round=round_)
    client: Client = client_as(None, user=person)
    return client


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - NO_PAGES))
def test_every_page_has_its_help(name: str) -> None:
    assert name in BY_VIEW, f"No page of the help belongs to {name}: name it in `views` of one in evalportal/help/pages.py."
    slug, anchor = BY_VIEW[name]
    assert help_for(name) == reverse("help_page", args=[slug]) + (f"#{anchor}" if anchor else "")


def test_no_page_has_two() -> None:
    views = [view.partition("#")[0] for page in PAGES for view in page.views]
    assert sorted(views) == sorted(set(views))


def test_a_page_without_help_leads_to_the_list() -> None:
    assert help_for("nowhere") == reverse("help")


def test_a_page_names_its_help_where_its_content_decides(client_as: Any) -> None:
    unit = make.unit(requires_approval=True)
    states = {"draft": "bericht", "returned": "rueckfrage", "awaiting_approval": "freigeben"}
    round_ = make.round()
    approver = client_as(Role.APPROVER, unit)
    assert '"/hilfe/bericht/"' in approver.get("/berichte/").content.decode()
    for number, (state, slug) in enumerate(states.items(), 1):
        report = make.report(make.measure(f"{number}.1", concept=round_.concept), unit, round=round_, state=state)
        make.draft(report)
        assert f'"/hilfe/{slug}/"' in approver.get(f"/berichte/{report.pk}/").content.decode(), state
    asked = make.report(make.measure("9.1", concept=round_.concept), unit, round=round_)
    make.submission(asked)
    make.inquiry(asked)
    assert '"/hilfe/rueckfrage/"' in approver.get(f"/berichte/{asked.pk}/").content.decode()
    assert '"/hilfe/freigeben/"' in approver.get("/berichte/").content.decode()


def test_readers_find_the_help_on_results(reader: Client, board: Client) -> None:
    round_ = make.round(state=RoundState.CLOSED)
    make.snapshot(round_, data=freeze(live_appendix(round_)), released_at=timezone.now())
    for address in ("/", f"/runden/{round_.slug}/uebersicht/"):
        assert '"/hilfe/ergebnis/"' in reader.get(address).content.decode()
    assert '"/hilfe/uebersicht/"' in board.get(f"/runden/{round_.slug}/uebersicht/").content.decode()


def test_pictures_of_fictional_data_say_so(reader: Client) -> None:
    for page in PAGES:
        text = main(reader.get(reverse("help_page", args=[page.slug])).content.decode())
        shown = [name for name in ALT if f"/help/{name}." in text]
        assert text.count("Bild mit Beispieldaten") == sum(picture(name).is_example for name in shown), page.slug


def test_what_the_pages_point_to_is_there(everyone: Client) -> None:
    """Every link leads to a page, every anchor to a place on it. Each address is asked for once."""
    pages: dict[str, str] = {}

    def text_of(path: str) -> str:
        if path not in pages:
            response = everyone.get(path, follow=True)
            assert response.status_code == 200, path
            pages[path] = response.content.decode()
        return pages[path]

    for own in (*(reverse("help_page", args=[slug]) for slug in SLUGS), *map(reverse, ("help", "glossary", "bewertungsschema"))):
        page = main(text_of(own))
        ids = _ID.findall(page)
        assert len(ids) == len(set(ids)), f"{own}: an id stands twice"
        for path, _, anchor in (address.partition("#") for address in _LINK.findall(page)):
            target = text_of(path or own)
            assert not anchor or f'id="{anchor}"' in target, f"{own} leads to {path}#{anchor}"


@pytest.mark.parametrize(("slug", "anchor"), sorted({place for place in BY_VIEW.values() if place[1]}))
def test_the_section_for_a_page_is_there(slug: str, anchor: str) -> None:
    assert f' id="{anchor}"' in (Path("templates/help/pages") / f"{slug}.html").read_text()


def test_every_picture_is_used_and_described() -> None:
    used = {
        name for page in PAGES for name in re.findall(r'help_picture "([^"]+)"', (Path("templates") / page.template).read_text())
    }
    there = {path.stem for path in DIRECTORY.iterdir()}
    assert used == set(ALT) == there


def test_the_pictures_are_light() -> None:
    sizes = {path.name: path.stat().st_size for path in DIRECTORY.iterdir()}
    assert {name: size for name, size in sizes.items() if size > 80 * 1024} == {}
    assert sum(sizes.values()) <= 1.5 * 1024 * 1024


@pytest.mark.parametrize("name", sorted(ALT))
def test_a_picture_holds_its_place_while_it_loads(name: str) -> None:
    shown = picture(name)
    html = render_to_string("help/picture.html", {"picture": shown})
    assert f'width="{shown.width}" height="{shown.height}"' in html
    assert 'loading="lazy"' in html
    assert 200 <= shown.width <= 1300
    assert shown.alt in html


def test_no_template_is_left_over() -> None:
    assert {path.stem for path in Path("templates/help/pages").iterdir()} == set(SLUGS)


class TestWhoReads:
    @pytest.mark.parametrize("slug", SLUGS)
    def test_who_is_not_signed_in(self, slug: str) -> None:
        page = find(slug)
        assert page is not None
        response = Client().get(reverse("help_page", args=[slug]))
        assert response.status_code == (200 if page.is_public else 302)

    def test_the_help_on_the_way_to_the_sign_in_is_open(self) -> None:
        """On the legal pages nothing is to be learned on the way; to who is not signed in they show no help."""
        legal = {"imprint", "privacy"}
        for name in legal:
            assert 'class="help-link"' not in Client().get(reverse(name)).content.decode()
        for name, signs in ADDRESSES.items():
            if name not in NO_PAGES | legal and signs[0] == "2":
                slug, _ = BY_VIEW[name]
                page = find(slug)
                assert page is not None
                assert page.is_public, f"{name} is open to all, its help is not"

    def test_an_unknown_page(self, reader: Client) -> None:
        assert reader.get(reverse("help_page", args=["gibt-es-nicht"])).status_code == 404
        assert Client().get(reverse("help_page", args=["gibt-es-nicht"])).status_code == 302

    def test_the_way_to_the_task_is_for_those_who_may_go_it(self, reader: Client, coordinator: Client) -> None:
        link = f'href="{reverse("ratings:units")}"><span'
        page = reverse("help_page", args=["einheiten"])
        assert link in coordinator.get(page).content.decode()
        assert link not in reader.get(page).content.decode()

    @pytest.mark.parametrize("role", list(Role))
    def test_own_tasks_come_first(self, role: Role) -> None:
        found = sections([role])
        assert all(role in page.roles for page in found.own)
        assert not any(role in page.roles for page in found.others)
        assert sorted(page.slug for part in (found.own, found.common, found.others) for page in part) == sorted(SLUGS)


class TestGlossary:
    def test_anchors_and_words_are_unique(self) -> None:
        assert (
            len({term.anchor for term in glossary.terms()})
            == len({term.word for term in glossary.terms()})
            == len(glossary.terms())
        )

    def test_it_has_the_words_of_the_scheme(self) -> None:
        words = {term.word for term in glossary.terms()}
        assert words >= {*(grade.word for grade in Grade), *(marker.word for marker in Marker), NOT_RATED_WORD, DISPUTED_WORD}

    def test_the_order_is_that_of_the_alphabet(self) -> None:
        words = [term.word for term in glossary.terms()]
        assert words.index("überfällig") < words.index("unklar") < words.index("Verlauf")
        letters = [letter for letter, _ in glossary.by_letter()]
        assert letters == sorted(set(letters))

    def test_every_word_is_on_the_page(self, reader: Client) -> None:
        page = reader.get(reverse("glossary")).content.decode()
        for term in glossary.terms():
            assert f'id="{term.anchor}"' in page

    def test_an_unknown_word(self) -> None:
        with pytest.raises(LookupError):
            glossary.find("gibt es nicht")


# What a page puts together: the pieces stand in its template.
PIECED = {
    "Anhang exportieren": "exportieren",
    "Ergebnis ansehen": "ansehen",
    "Fassung freigeben": "freigeben",
    "In Sachstand übernehmen": "übernehmen",
    "In Zuarbeit übernehmen": "übernehmen",
    "Mit Freigabe": "mit Freigabe",
    "Vorschlagstext einfügen": "einfügen",
}


def test_what_a_page_tells_to_press_is_there() -> None:
    """The words in bold are those of buttons, links and fields: in a template or in Python."""
    root = Path(settings.BASE_DIR)
    sources = [path for path in (root / "templates").rglob("*.html") if path.parts[-3:-1] != ("help", "pages")]
    sources += [
        path for app in ("goals", "ratings", "evalportal") for path in (root / app).rglob("*.py") if "help" not in path.parts
    ]
    said = re.sub(r"\s+", " ", " ".join(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")) for path in sources))
    missing = {
        f"{page.slug}: {words}"
        for page in PAGES
        for words in re.findall(r"<b>([^<{]+)</b>", (root / "templates" / page.template).read_text(encoding="utf-8"))
        if PIECED.get(words, words) not in said
    }
    assert missing == set()


def test_the_files_of_the_overview_are_those_it_offers(reader: Client) -> None:
    text = reader.get(reverse("help_page", args=["uebersicht"])).content.decode()
    told = text[text.index('id="datei"') : text.index('id="ansichten"')].partition("-Datei")[0]
    assert set(re.findall(r"Excel|ODS|CSV|PDF|Word", told)) == {words for _, words, _ in EXPORTS}
