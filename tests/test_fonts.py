"""The fonts of pages: cut down to what German pages show, the same in the stylesheet and in the files."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont

from evalportal.staticfiles import WEB_FONTS
from goals import fonts

FACES = re.findall(
    r"@font-face \{[^}]*fonts/(FiraSans-\w+)(\.latin)?\.woff2[^}]*unicode-range: ([^;]+);",
    (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text(encoding="utf-8"),
)


def _codes(ranges: str) -> set[int]:
    pairs = [part.strip().removeprefix("U+").split("-") for part in ranges.split(",")]
    return {code for pair in pairs for code in range(int(pair[0], 16), int(pair[-1], 16) + 1)}


def test_the_stylesheet_names_the_range_of_the_cut_fonts() -> None:
    cut = {code for first, last in fonts.WEB_RANGES for code in range(first, last + 1)}
    assert {name for name, latin, _ in FACES if latin} == set(fonts.WEB_NAMES) == {name for name, latin, _ in FACES if not latin}
    assert all(_codes(ranges) == cut for _, latin, ranges in FACES if latin)
    assert not any(_codes(ranges) & cut for _, latin, ranges in FACES if not latin)


@pytest.mark.parametrize("name", WEB_FONTS)
def test_a_cut_font_is_small_and_holds_what_the_stylesheet_promises(name: str) -> None:
    path = finders.find(name)
    assert path, "run `python -m evalportal.npm`"
    assert Path(path).stat().st_size < 16_000
    with TTFont(path) as font:
        there = set(font.getBestCmap())
        tags = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {code for first, last in fonts.WEB_RANGES for code in range(first, last + 1)} - there <= {0xAD}
    assert "tnum" in tags


def test_the_files_appear_whole_and_once(tmp_path: Path) -> None:
    sources = fonts.sources_in(settings.BASE_DIR)[:1]
    folder = fonts.build_for_web(sources, tmp_path / "room")
    assert folder == fonts.web_folder(sources, tmp_path / "room")
    before = folder.stat().st_mtime_ns
    assert fonts.build_for_web(sources, tmp_path / "room") == folder
    assert [path.name for path in (tmp_path / "room").iterdir()] == [folder.name]
    assert folder.stat().st_mtime_ns == before


def test_every_weight_of_the_stylesheets_is_that_of_a_font() -> None:
    files = (Path(settings.BASE_DIR) / "static/css").glob("*.css")
    rules = re.sub(r"@font-face \{[^}]*\}", "", "".join(file.read_text(encoding="utf-8") for file in files))
    asked = set(re.findall(r"\bfont(?:-weight|): (\d{3})\b|--t-\w+: (\d{3})\b", rules))
    assert {weight for pair in asked for weight in pair if weight} == {"400", "600"}
