"""What a screen reader hears first, next and last: landmarks and headings by the accessibility tree of Chromium (WCAG 1.3.1, 1.3.2).

`reading_order.txt` holds what is expected, to be read by people; UPDATE_READING_ORDER=1 writes it anew after a change that is meant.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.e2e.test_accessibility import bring_in, person_of
from tests.e2e.world import build_rich_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXPECTED = Path(__file__).with_name("reading_order.txt")
LANDMARKS = ("banner", "navigation", "main", "complementary", "contentinfo", "region", "search", "form")
PAGES = {
    "start of somebody who reports": ("reporter", "start", {}),
    "start of the Jour fixe": ("recorder", "start", {}),
    "start of the Evaluationsleitung": ("coordinator", "start", {}),
    "start of a reader": ("reader", "start", {}),
    "report": ("reporter", "ratings:report", {}),
    "overview": ("coordinator", "ratings:overview", {}),
    "Maßnahme": ("coordinator", "ratings:measure", {}),
    "item of a meeting": ("recorder", "ratings:meeting_item", {}),
    "search": ("coordinator", "ratings:search", {"q": "Sprachkurs"}),
    "help": ("reporter", "help", {}),
    "sign-in": ("nobody", "account_login", {}),
}


def heard(page: Page) -> list[str]:
    """Landmarks and headings as the accessibility tree has them, indented by their depth among each other."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    lines: list[str] = []

    def walk(node: dict[str, Any], depth: int) -> None:
        role, name = ((node.get(part) or {}).get("value") or "" for part in ("role", "name"))
        properties = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        if not node.get("ignored") and (role == "heading" or (role in LANDMARKS and (name or role not in ("form", "region")))):
            # Numbers of the factories and today's date are none of the order.
            words = re.sub(r"\d[\d.]*", "#", " ".join(name.split()))[:60]
            lines.append(f"{'  ' * depth}{role}{' ' + str(properties['level']) if role == 'heading' else ''} {words}".rstrip())
            depth += role != "heading"
        for child in node.get("childIds", []):
            if child in by_id:
                walk(by_id[child], depth)

    walk(nodes[0], 0)
    return lines


def test_the_order_is_as_expected(open_page: Any, live_server: Any, client_as: Any) -> None:
    world = build_rich_world()
    found = {}
    for title, (role, name, query) in PAGES.items():
        page = open_page(reduced_motion="reduce")
        bring_in(person_of(role, world, client_as), page, live_server.url)
        page.goto(reverse(name, kwargs=world.get(name, {}), query=query))
        found[title] = heard(page)
        page.close()
    text = "".join(f"# {title}\n" + "".join(f"{line}\n" for line in lines) + "\n" for title, lines in found.items())
    if os.environ.get("UPDATE_READING_ORDER"):
        EXPECTED.write_text(text)
    assert text == EXPECTED.read_text()
