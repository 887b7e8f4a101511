"""What a first visit costs: the demo behind the server of production, with compressed files, in a browser that has seen nothing yet."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from evalportal.example.people import PASSWORD
from tests.e2e.conftest import DESKTOP, Guard

pytestmark = pytest.mark.browser

WITH_FONTS, WITHOUT_FONTS = 250_000, 100_000
ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo as gunicorn serves it, with static files collected and compressed as README.md says."""
    room = tmp_path_factory.mktemp("weight")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "evalportal.settings",
        "DEBUG": "false",
        "HTTPS": "false",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{room / 'demo.sqlite3'}",
        "STATIC_ROOT": str(room / "static"),
    }
    for arguments in (["demo", "--no-server"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "evalportal.wsgi", "--threads", "4", "--bind", address]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://{address}/healthz")
            yield f"http://{address}"
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(address).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"{address} does not answer.")


def _weigh(page: Page, address: str) -> dict[str, int]:
    """Open a page and return the bytes that came over the wire for each address, headers included."""
    session = page.context.new_cdp_session(page)
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    session.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => null)")
    return {names[request]: int(size) for request, size in sizes.items() if not names[request].startswith("data:")}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_visit_to_the_overview_is_light(server: str, browser: Browser, theme: str) -> None:
    options = {"base_url": server, "locale": "de-DE", "viewport": DESKTOP, "color_scheme": theme}
    at_the_door = browser.new_context(**options)
    door = at_the_door.new_page()
    door.goto("/konto/anmelden/")
    door.fill("input[name=login]", "leitung")
    door.fill("input[name=password]", PASSWORD)
    door.click("main button[type=submit]")
    door.wait_for_url(lambda url: "anmelden" not in url)

    fresh = browser.new_context(**options, storage_state=at_the_door.storage_state())
    at_the_door.close()
    guard = Guard(server.removeprefix("http://"))
    page = fresh.new_page()
    guard.watch(page)
    weights = _weigh(page, "/runden/beispiel/uebersicht/")
    early = set(page.locator('link[rel="preload"][as="font"]').evaluate_all("links => links.map(link => link.href)"))
    late = {name for name in weights if name.endswith(".woff2")} - early
    fonts = sum(size for name, size in weights.items() if name.endswith(".woff2"))
    whole = sum(weights.values())
    table = "\n".join(f"{size:>8} {name}" for name, size in sorted(weights.items(), key=lambda entry: -entry[1]))
    fresh.close()

    assert guard.unexpected() == []
    assert "/uebersicht/" in table
    assert fonts > 0
    assert late == set(), "A font that comes after the page has it laid out once more."
    assert whole - fonts <= WITHOUT_FONTS, table
    assert whole <= WITH_FONTS, table
