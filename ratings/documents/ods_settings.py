"""What an OpenDocument workbook shows when it is opened: headings that stay in sight, sheets without grid lines."""

from collections.abc import Sequence
from typing import Final

from ratings.documents.grid import Grid
from ratings.documents.ods_xml import Node, add, new_root, to_bytes

_FROZEN: Final = "2"


def settings_part(grids: Sequence[Grid]) -> bytes:
    """Return „settings.xml“. The first sheet is the one that is open."""
    root = new_root("office:document-settings")
    view = add(add(root, "office:settings"), "config:config-item-set", {"config:name": "ooo:view-settings"})
    views = add(view, "config:config-item-map-indexed", {"config:name": "Views"})
    entry = add(views, "config:config-item-map-entry")
    _item(entry, "ViewId", "string", "view1")
    _item(entry, "ActiveTable", "string", grids[0].name)
    tables = add(entry, "config:config-item-map-named", {"config:name": "Tables"})
    for grid in grids:
        table = add(tables, "config:config-item-map-entry", {"config:name": grid.name})
        _item(table, "ShowGrid", "boolean", "true" if grid.shows_lines else "false")
        if grid.is_table:
            _freeze(table, grid.heading_columns, 1)
    return to_bytes(root)


def _freeze(table: Node, columns: int, rows: int) -> None:
    for side, count in (("Horizontal", columns), ("Vertical", rows)):
        _item(table, f"{side}SplitMode", "short", _FROZEN)
        _item(table, f"{side}SplitPosition", "int", str(count))
    _item(table, "ActiveSplitRange", "short", "3")
    _item(table, "PositionLeft", "int", "0")
    _item(table, "PositionRight", "int", str(columns))
    _item(table, "PositionTop", "int", "0")
    _item(table, "PositionBottom", "int", str(rows))


def _item(parent: Node, name: str, kind: str, value: str) -> None:
    add(parent, "config:config-item", {"config:name": name, "config:type": kind}, value)
