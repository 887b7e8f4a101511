"""XML of OpenDocument: names with their usual prefixes, and text whose spaces, tabs and lines are kept."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from lxml import etree

Node = Any  # an lxml element; lxml has no types

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMESPACES: Final = {
    **{name: f"{_URN}{name}:1.0" for name in ("office", "style", "text", "table", "chart", "config")},
    "draw": f"{_URN}drawing:1.0",
    "number": f"{_URN}datastyle:1.0",
    "fo": f"{_URN}xsl-fo-compatible:1.0",
    "svg": f"{_URN}svg-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "ooo": "http://openoffice.org/2004/office",  # in names of settings only
}
VERSION: Final = "1.4"
# What a reader of the file would join: several spaces, those at the ends, tabs.
_SPACE: Final = re.compile(r"^ +|  +| +$|\t")


@lru_cache(maxsize=500)
def qualified(name: str) -> str:
    """Return „table:table-cell“ as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def new_root(name: str) -> Node:
    """Return the root element of a part."""
    return etree.Element(qualified(name), {qualified("office:version"): VERSION}, nsmap=_NAMESPACES)


def add(parent: Node, name: str, attributes: Mapping[str, str] | None = None, text: str | None = None) -> Node:
    """Append an element and return it."""
    element = etree.SubElement(parent, qualified(name), {qualified(key): value for key, value in (attributes or {}).items()})
    element.text = text
    return element


def add_paragraphs(parent: Node, text: str) -> None:
    """Append `text`, one paragraph for each of its lines."""
    for line in text.split("\n"):
        paragraph = etree.SubElement(parent, qualified("text:p"))
        if _SPACE.search(line):
            _fill(paragraph, line)
        else:
            paragraph.text = line


def _fill(paragraph: Node, line: str) -> None:
    place, last = 0, None
    for match in _SPACE.finditer(line):
        _append_text(paragraph, last, line[place : match.start()])
        is_tab = match.group() == "\t"
        last = add(paragraph, "text:tab") if is_tab else add(paragraph, "text:s", {"text:c": str(len(match.group()))})
        place = match.end()
    _append_text(paragraph, last, line[place:])


def _append_text(paragraph: Node, last: Node | None, text: str) -> None:
    if last is None:
        paragraph.text = text
    else:
        last.tail = text


def to_bytes(root: Node) -> bytes:
    """Return a part as it is packed."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data
