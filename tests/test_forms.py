"""Every form of every page, sent with nothing and with far too much: taken, or refused in words with everything still there.

The forms are found by walking the table of pages, so that a new one is covered by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import ERROR, get_messages
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from lxml import html

from goals.models import Role
from tests.page_forms import forms_of
from tests.pages import PAGES, build_world

pytestmark = pytest.mark.django_db

ENDLESS = "Zu viel Text. " * 20_000
NO_DATE = "31.02.2026"
# Passwords are never shown again, and what they are refused for is allauth's; the overview writes nothing but the name of a view.
LEFT_OUT = ("account_", "signed_in")

# Who sends the forms, and pages whose forms must be among those that were refused: the walk has seen something.
REFUSED = {
    Role.COORDINATOR: {
        *("barrier_report", "ratings:concept_part", "ratings:concept_part_new", "ratings:continuation", "ratings:extensions"),
        *("ratings:measure", "ratings:meeting", "ratings:meeting_item", "ratings:meetings", "ratings:round_create"),
        *("ratings:round_edit", "ratings:unit", "ratings:unit_create"),
    },
    Role.REPORTER: {"barrier_report", "ratings:deputies", "ratings:measure", "ratings:report"},
}


@dataclass(frozen=True)
class Sent:
    """One form that was sent: where it stands and by which button, what was typed and what came back."""

    page: str
    button: str
    typed: dict[str, str]
    answer: Any

    @property
    def is_taken(self) -> bool:
        return bool(self.answer.status_code == 302)


def _send(client: Client, name: str, address: str, filling: str) -> Iterator[Sent]:
    """Send each form of a page with something to type; what one of them changes is undone before the next."""
    response = client.get(address)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return
    for form in forms_of(response, address):
        if not form.written:
            continue
        typed = {field.get("name"): filling for field in form.written}
        typed |= {field.get("name"): NO_DATE for field in form.written if field.get("type") == "date" and filling}
        cache.clear()
        before = transaction.savepoint()
        answer = client.post(form.target, form.as_is() | typed)
        transaction.savepoint_rollback(before)
        yield Sent(name, "=".join(*form.pressed.items()) if form.pressed else "", typed, answer)


def _faults(sent: Sent) -> list[str]:
    """What is wrong with the answer to a form; nothing if it was taken, or refused as it should be."""
    if sent.is_taken:
        refused = [message for message in get_messages(sent.answer.wsgi_request) if message.level >= ERROR]
        return [f"refused on another page: {message}" for message in refused if any(sent.typed.values())]
    page = html.fromstring(sent.answer.content.decode())
    found = []
    invalid = page.xpath("//*[@aria-invalid='true']")
    # A button like „Alle auswählen“ asks for the same page again, with 200.
    is_refused = sent.answer.status_code != 200 or invalid
    if is_refused and len(page.xpath("//*[@id='fehler']")) != 1:
        found.append(f"{sent.answer.status_code} without one list of errors")
    if is_refused and not page.findtext(".//title", "").startswith("Fehler: "):
        found.append("no „Fehler:“ in the title")
    for field in invalid:
        described = [page.xpath("//*[@id=$id]", id=part) for part in field.get("aria-describedby", "").split()]
        if not described or not all(described):
            found.append(f"{field.get('name')} is not described by its error")
    shown = page.text_content() + "".join(page.xpath("//input/@value"))
    found += [f"{name} is lost" for name, value in sent.typed.items() if value not in shown]
    return found


@pytest.mark.parametrize("filling", ["", ENDLESS], ids=["nothing", "far too much"])
@pytest.mark.parametrize("role", REFUSED)
def test_forms_say_what_is_wrong_and_keep_what_was_typed(role: Role, filling: str, client_as: Any) -> None:
    world = build_world()
    client = client_as(role, world["unit"] if role in Role.in_units() else None)
    pages = [name for name in PAGES if not name.startswith(LEFT_OUT)]
    sent = [one for name in pages for one in _send(client, name, reverse(name, kwargs=world.get(name, {})), filling)]
    faults = {f"{one.page} {one.button}": found for one in sent if (found := _faults(one))}
    assert faults == {}
    if not filling:
        assert REFUSED[role] <= {one.page for one in sent if not one.is_taken}


_FORM = re.compile(r"<form\b((?:[^>{]|\{%.*?%\}|\{\{.*?\}\})*)>(.*?)</form>", re.S)
_HIDDEN = re.compile(r'<input type="hidden"[^>]*>')
_FIELD = re.compile(r"<(input|textarea|select)\b|\{\{ *(form|field)\b|as_field_group|\{% include")


def test_no_form_leaves_its_errors_to_the_browser() -> None:
    """What is wrong is said in our words, on top and beside the field; the bubble of a browser says it in its own."""
    found = []
    for path in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for tag, body in _FORM.findall(text):
            if "novalidate" not in tag and _FIELD.search(_HIDDEN.sub("", body)):
                found.append(f"{path.name}: {' '.join(tag.split())[:80]}")
        if re.search(r"<(input|textarea|select)\b[^>]* required", text):
            found.append(f"{path.name}: required")
    assert found == []
