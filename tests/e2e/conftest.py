"""The portal in a real browser: the system's Chromium, driven by Playwright against Django's live server.

Every page is watched: a message in the console (violations of the CSP are some), an error in a script or a request to a foreign
host fails the test.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Nothing but the live server can be reached, whatever a page asks for.
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class OpenPage(Protocol):
    def __call__(self, username: str = "", **options: Any) -> Page: ...


@dataclass
class Guard:
    """What the pages of a test complained about. `allow()` names, as a regular expression, what a test expects."""

    own: str
    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect a message, for example `status of 403` on a page that is meant to refuse."""
        self.allowed.append(pattern)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.own:
            self.complaints.append(f"foreign request: {request.url}")

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(re.search(pattern, text) for pattern in self.allowed)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Without one the test is skipped, which CI turns into a failure (`tests/conftest.py`)."""
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine (Debian: apt-get install chromium).")
    # Playwright's loop runs in this thread, and Django takes every database call beside a loop for a mistake.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[ONLY_HERE, "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def guard(live_server: LiveServer) -> Iterator[Guard]:
    """Watches all pages of the test and fails it for what they complained about."""
    guard = Guard(urlsplit(live_server.url).netloc)
    yield guard
    assert guard.unexpected() == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, guard: Guard) -> Iterator[OpenPage]:
    """Return a function that opens a page of its own, as for another person; addresses in it start with „/“.

    With `username` that person is signed in. Options are those of a Playwright context: `viewport=PHONE`,
    `java_script_enabled=False`.
    """
    # The rate limits of the sign-in live in the cache, which the emptying of the database between tests leaves alone.
    cache.clear()
    contexts = []

    def open_page(username: str = "", **options: Any) -> Page:
        defaults = {"base_url": live_server.url, "locale": "de-DE", "timezone_id": "Europe/Berlin", "viewport": DESKTOP}
        context = browser.new_context(**defaults | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        guard.watch(page)
        if username:
            sign_in_by_form(page, username)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at 1280 pixels, nobody signed in."""
    return open_page()


def sign_in_by_form(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in as people do. The person needs a password: `make.user("leitung", password=make.PASSWORD)`."""
    sign_in_path = reverse("account_login")
    page.goto(sign_in_path)
    form = page.locator("form", has=page.locator("input[name=password]"))
    form.locator("input[name=login]").fill(username)
    form.locator("input[name=password]").fill(password)
    form.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path != sign_in_path)


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """`sign_in(page, username)` with the password of the factories."""
    return sign_in_by_form


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """`picture(page, name)` writes `<name>-<width>.png` of the whole page to the directory SCREENSHOTS, if that is set."""

    def take(page: Page, name: str) -> None:
        directory = os.environ.get("SCREENSHOTS")
        if not directory:
            return
        Path(directory).mkdir(parents=True, exist_ok=True)
        width = (page.viewport_size or DESKTOP)["width"]
        page.screenshot(path=Path(directory) / f"{name}-{width}.png", full_page=True, animations="disabled")

    return take
