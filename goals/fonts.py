"""Fira Sans for documents: typst reads TrueType only, so the web fonts of the front-end package are unpacked once per machine.

Needs no settings: `python -m evalportal.npm` builds the fonts too. They are never committed (`var/` is ignored).
"""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

NAMES: Final = ("FiraSans-Regular", "FiraSans-Medium", "FiraSans-SemiBold", "FiraSans-Italic")


def built_in(root: Path) -> Path:
    """The room for built fonts in a checkout."""
    return root / "var" / "fonts"


def build(sources: Sequence[Path], room: Path) -> Path:
    """Return the folder in `room` with the TrueType files of these .woff2 files; they are converted if they are not there yet.

    The folder is named after the content of the sources and appears whole or not at all, so that several processes may build at
    the same time and a new version of the package makes a new folder. Raises OSError where a source or the room is out of reach.
    """
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    folder = room / digest
    if folder.is_dir():
        return folder
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room, prefix=f".{digest}-") as temporary:
        new = Path(temporary) / "fonts"
        new.mkdir()
        for source in sources:
            _convert(source, new / f"{source.stem}.ttf")
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
