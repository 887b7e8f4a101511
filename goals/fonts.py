"""Fira Sans as pages and documents need it, made once per machine from the web fonts of the front-end package.

Documents: typst reads TrueType only, so the files are unpacked. Pages: a font of 130 KB is too much for a first visit, so each is cut
down to what German pages show; `static/css/tokens.css` names the full font for everything else.

Needs no settings: `python -m evalportal.npm` builds both. They are never committed (`var/` is ignored).
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

NAMES: Final = ("FiraSans-Regular", "FiraSans-Medium", "FiraSans-SemiBold", "FiraSans-Italic")
# Pages do without the weight between: one font less to wait for.
WEB_NAMES: Final = tuple(name for name in NAMES if name != "FiraSans-Medium")

# Latin with all of Western Europe, the signs of German typography, and the arrows and signs that the portal writes.
# The first `unicode-range` in static/css/tokens.css says the same; tests/test_fonts.py compares them.
WEB_RANGES: Final = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x2013, 0x2014),
    (0x2018, 0x201A),
    (0x201C, 0x201E),
    (0x2022, 0x2022),
    (0x2026, 0x2026),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
    (0x2190, 0x2193),
    (0x2196, 0x2199),
    (0x2212, 0x2212),
    (0x2260, 0x2260),
    (0x2264, 0x2265),
)
# Kerning, accents, ligatures, and the figures of equal width that tables and dates use.
WEB_FEATURES: Final = ("kern", "mark", "mkmk", "ccmp", "locl", "liga", "calt", "tnum")


def sources_in(root: Path, names: Sequence[str] = NAMES) -> list[Path]:
    """The .woff2 files of the front-end packages in a checkout, whether they are installed or not."""
    folder = root / "node_modules" / "@kern-ux" / "native" / "dist" / "fonts" / "fira-sans"
    return [folder / f"{name}.woff2" for name in names]


def built_in(root: Path) -> Path:
    """The room for built fonts of documents in a checkout."""
    return root / "var" / "fonts"


def web_in(root: Path) -> Path:
    """The room for built fonts of pages in a checkout."""
    return root / "var" / "web-fonts"


def build(sources: Sequence[Path], room: Path) -> Path:
    """Return the folder in `room` with the TrueType files of these .woff2 files; they are converted if they are not there yet.

    The folder is named after the content of the sources and appears whole or not at all, so that several processes may build at
    the same time and a new version of the package makes a new folder. Raises OSError where a source or the room is out of reach.
    """
    return _build(sources, room, "", _convert, ".ttf")


def web_folder(sources: Sequence[Path], room: Path) -> Path:
    """Return the folder in `room` for the cut-down fonts of these .woff2 files, whether they are built or not. Raises OSError."""
    return room / _digest(sources, repr((WEB_RANGES, WEB_FEATURES)))


def build_for_web(sources: Sequence[Path], room: Path) -> Path:
    """Return the folder in `room` with the cut-down .woff2 files; built like those of `build`. Raises OSError."""
    return _build(sources, room, repr((WEB_RANGES, WEB_FEATURES)), _cut_down, ".woff2")


def _digest(sources: Sequence[Path], recipe: str) -> str:
    return hashlib.sha256(b"".join([*(source.read_bytes() for source in sources), recipe.encode()])).hexdigest()[:16]


def _build(sources: Sequence[Path], room: Path, recipe: str, convert: Callable[[Path, Path], None], ending: str) -> Path:
    digest = _digest(sources, recipe)
    folder = room / digest
    if folder.is_dir():
        return folder
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room, prefix=f".{digest}-") as temporary:
        new = Path(temporary) / "fonts"
        new.mkdir()
        for source in sources:
            convert(source, new / f"{source.stem}{ending}")
        try:
            new.rename(folder)
        except OSError:
            if not folder.is_dir():  # otherwise another process was first
                raise
    return folder


def _convert(source: Path, target: Path) -> None:
    from fontTools.ttLib import TTFont  # noqa: PLC0415  dear to load, and needed once per machine

    with TTFont(source) as font:
        font.flavor = None
        font.save(target)


def _cut_down(source: Path, target: Path) -> None:
    from fontTools.subset import Options, Subsetter, load_font, save_font  # noqa: PLC0415  as above

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it warns of what is in the source and nobody here can change
    options = Options(flavor="woff2", layout_features=list(WEB_FEATURES), hinting=False, desubroutinize=True)
    with load_font(str(source), options) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[code for first, last in WEB_RANGES for code in range(first, last + 1)])
        subsetter.subset(font)
        save_font(font, str(target), options)
