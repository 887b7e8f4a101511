"""PDF by typst: what every PDF of the portal shares. What stands in one writes e.g. `documents.pdf`.

A document is a template in `typ/` and data. Data reaches the template as JSON, so text is text whatever it holds. Every file is
tagged PDF/UA-1 (EN 301 549, 10): typst refuses to write it without title, language, alternative texts or order of headings.
"""

import base64
import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders

from goals import fonts
from goals.text import clean_text
from ratings.scheme import Grade

_TEMPLATES: Final = Path(__file__).resolve().parent / "typ"
_PROGRAM: Final = Path(__file__).resolve().parent / "typst_process.py"
_PRINT: Final = 240  # dots per inch of pictures
_SECONDS: Final = 60  # the Anhang of 134 Maßnahmen takes 1 to 2
_LOGGER: Final = logging.getLogger(__name__)

# Contours of the light theme in static/css/tokens.css; the fillings are those of the scheme.
_CONTOURS: Final = {"hoch": "007328", "mittel": "986E00", "gering": "B60000", "unklar": "5B6185", "ohne": "6E7597"}
_INK: Final = "171A2B"  # also the ink of the text
_SYMBOL: Final = re.compile(r'<symbol id="(?:ampel|kz)-([\w-]+)" viewBox="([\d ]+)">(.*?)</symbol>', re.DOTALL)

_MISSING_GLYPH: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_REPLACEMENT: Final = "\ufffd"
_ROUNDS: Final = 4  # of replacing characters: each shows all that typst found, so that one is the rule
_NO_LETTER: Final = re.compile(r"[^\s\u0020-\u024f\u2010-\u2027\u20ac]")

_LONG_RUN: Final = re.compile(r"[^\s\u200b]{20,}")
_JOINT: Final = re.compile(r"([/._?&=@:;,|])(?=[^\s/._?&=@:;,|])")
_TOO_LONG: Final = re.compile(r"([^\s\u200b-]{10})(?=[^\s\u200b-]{40})")


class NotWritten(Exception):
    """The document could not be made; the message is German and for the person who asked for it."""


class _TypstError(Exception):
    """What typst said, or why it was stopped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a file says about itself: properties, and what stands above and below every page.

    `kind`: „Anhang“; `notice`: „Beispieldaten · Entwurf (läuft)“; `made_of` the date of the data, which is also that of the file.
    """

    title: str
    description: str
    kind: str
    header: str
    footer: str
    made_of: date
    notice: str = ""


def write_pdf_file(template: str, frame: Frame, content: Mapping[str, Any]) -> bytes:
    """Return the PDF of the template `typ/<template>.typ` with this content (what JSON can hold).

    Characters that no font of the portal has are shown as „�“; long runs without a space may be broken. Raises `NotWritten`.
    """
    data = {
        "frame": {
            "owner": settings.OWNER_NAME,
            "title": frame.title,
            "description": frame.description,
            "kind": frame.kind,
            "header": frame.header,
            "footer": frame.footer,
            "notice": frame.notice,
            "date": [frame.made_of.year, frame.made_of.month, frame.made_of.day],
        },
        "content": content,
    }
    cleaned = _each_text(data, _fit)
    for _ in range(_ROUNDS):
        try:
            return _compile(template, cleaned)
        except _TypstError as error:
            unknown = _unknown_characters(str(error))
            if not unknown:
                raise _failed(template, error) from error
            cleaned = _each_text(cleaned, _without(unknown))
    try:
        return _compile(template, _each_text(cleaned, lambda text: _NO_LETTER.sub(_REPLACEMENT, text)))
    except _TypstError as error:
        raise _failed(template, error) from error


def draw_pictures(template: str, content: Mapping[str, Any]) -> list[bytes]:
    """Return the pages of the template `typ/<template>.typ` as PNG files that are sharp in print. Raises `NotWritten`."""
    data = _each_text({"frame": {"date": [1970, 1, 1]}, "content": content}, _fit)
    try:
        return [base64.b64decode(page) for page in json.loads(_compile(template, data, dots_per_inch=_PRINT))]
    except _TypstError as error:
        raise _failed(template, error) from error


def _compile(template: str, data: Mapping[str, Any], *, dots_per_inch: int = 0) -> bytes:
    """Return the PDF; with `dots_per_inch` its pages as pictures in JSON."""
    year, month, day = data["frame"]["date"]
    order = {
        "template": str(_TEMPLATES / f"{template}.typ"),
        "root": str(_TEMPLATES),
        "fonts": str(font_folder()),
        "dots_per_inch": dots_per_inch,
        "timestamp": int(datetime(year, month, day, tzinfo=UTC).timestamp()),
        "inputs": {"data": json.dumps(data, ensure_ascii=False), "shapes": json.dumps(shape_images())},
    }
    command = [sys.executable, "-I", str(_PROGRAM)]
    try:
        done = subprocess.run(  # noqa: S603  own program, and everything else comes by standard input
            command, input=json.dumps(order).encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _TypstError(f"no end after {_SECONDS} seconds") from error
    if done.returncode:
        raise _TypstError(done.stderr.decode(errors="replace"))
    return done.stdout


def _failed(template: str, error: _TypstError) -> NotWritten:
    _LOGGER.error("typst could not compile %s: %s", template, error)
    return NotWritten(
        "Das PDF konnte nicht erzeugt werden. Der Fehler wurde protokolliert; die Excel-Datei enthält dieselben Angaben."
    )


def _unknown_characters(message: str) -> set[str]:
    """The characters that typst names as missing in every font."""
    texts = _MISSING_GLYPH.findall(message)
    return set("".join(_ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) for text in texts)) - {" "}


def _without(characters: set[str]) -> Callable[[str], str]:
    table = dict.fromkeys(map(ord, characters), _REPLACEMENT)
    return lambda text: text.translate(table)


def _each_text(data: Any, change: Callable[[str], str]) -> Any:
    """Return a copy of JSON-like data with every text changed."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: _each_text(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_each_text(value, change) for value in data]
    return data


def _fit(text: str) -> str:
    """Clean text that breaks within its column: addresses after a joint, any other run of 50 characters wherever it must."""
    return _LONG_RUN.sub(lambda run: _TOO_LONG.sub("\\1\u200b", _JOINT.sub("\\1\u200b", run.group())), clean_text(text))


@cache
def shape_images() -> dict[str, str]:
    """Return the symbols of the sprite `static/img/ampel.svg` as SVG files by name: „hoch“, „hoch-v“ (Vorschlag), „weiter“.

    One source for page and file; where the page gives the colours by CSS they are put in here.
    """
    sprite = _static_file("img/ampel.svg").read_text(encoding="utf-8")
    fills = {grade.shape: grade.fill for grade in Grade}
    images = {}
    for name, view_box, drawing in _SYMBOL.findall(sprite):
        shape = name.removesuffix("-v")
        line = contour(shape)
        coloured = drawing.replace("var(--ampel-fill, currentColor)", f"#{fills.get(shape, line)}")
        coloured = coloured.replace("var(--ampel-cut, #fff)", "#fff").replace("currentColor", f"#{line}")
        images[name] = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}">{coloured}</svg>'
    return images


def contour(shape: str) -> str:
    """Return the colour of a shape's contour, six hexadecimal digits RGB; at least 3:1 on white (WCAG 1.4.11)."""
    return _CONTOURS.get(shape, _INK)


_own_folder: tempfile.TemporaryDirectory[str] | None = None


@cache
def font_folder() -> Path:
    """Return the folder with the fonts: the one that `python -m evalportal.npm` has built, else it is built now.

    Where the checkout cannot be written to, the process keeps its own. Raises `NotWritten` without the front-end packages.
    """
    global _own_folder  # the folder goes when the process ends
    sources = [_static_file(f"vendor/fonts/{name}.woff2") for name in fonts.NAMES]
    try:
        return fonts.build(sources, fonts.built_in(Path(settings.BASE_DIR)))
    except OSError:
        _own_folder = tempfile.TemporaryDirectory(prefix="evalportal-fonts-")
        return fonts.build(sources, Path(_own_folder.name))


def _static_file(name: str) -> Path:
    found = finders.find(name)
    path = Path(found) if found else Path(settings.STATIC_ROOT or "") / name
    if not path.is_file():
        _LOGGER.error("The static file %s is missing: run `python -m evalportal.npm`.", name)
        raise NotWritten(
            "Das PDF konnte nicht erzeugt werden, weil Schriften auf dem Server fehlen. Bitte die Technik verständigen."
        )
    return path
