"""Settings from the environment: what is empty is not set, what cannot be read stops the start in words without the value."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from evalportal.environment import Environment

SQLITE, SMTP = "sqlite:////srv/x.sqlite3", "smtp://localhost:25"
PARSED = {
    "database": lambda env: env.database("NAME", SQLITE)["NAME"],
    "mail": lambda env: env.mail("NAME", SMTP)["EMAIL_PORT"],
    "flag": lambda env: env.flag("NAME", default=True),
    "number": lambda env: env.number("NAME", default=7),
    "text": lambda env: env.text("NAME", default="Landkreis"),
    "texts": lambda env: env.texts("NAME", default=["localhost"]),
    "lines": lambda env: env.lines("NAME"),
}
DEFAULTS = {
    "database": "/srv/x.sqlite3",
    "mail": 25,
    "flag": True,
    "number": 7,
    "text": "Landkreis",
    "texts": ["localhost"],
    "lines": "",
}


@pytest.mark.parametrize("given", [{}, {"NAME": ""}, {"NAME": "  "}], ids=["not set", "empty", "blank"])
@pytest.mark.parametrize("kind", PARSED)
def test_an_empty_variable_is_one_that_is_not_set(kind: str, given: dict[str, str], tmp_path: Path) -> None:
    assert PARSED[kind](Environment(given, tmp_path)) == DEFAULTS[kind]


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("database", "postgresql://anna:geheim@host/portal", "portal"),
        ("database", "postgres://host/portal", "portal"),
        ("mail", "smtp+tls://anna:geheim@host:587", 587),
        ("flag", "False", False),
        ("flag", "0", False),
        ("flag", "on", True),
        ("number", "1", 1),
        ("text", " a", " a"),
        ("texts", "a.example, b.example,", ["a.example", "b.example"]),
        ("lines", "Straße 1\\n12345 Ort", "Straße 1\n12345 Ort"),
    ],
)
def test_what_is_set_counts(kind: str, given: str, value: Any, tmp_path: Path) -> None:
    assert PARSED[kind](Environment({"NAME": given}, tmp_path)) == value


@pytest.mark.parametrize(
    ("kind", "given", "needed"),
    [
        ("database", "geheim", "postgresql://"),
        ("database", "mysql://anna:geheim@host/portal", "postgresql://"),
        ("database", "postgresql://anna:geheim@host", "postgresql://"),
        ("database", "postgresql://anna:geheim@host:eins/portal", "postgresql://"),
        ("mail", "geheim", r"smtp\+tls://"),
        ("mail", "smtp://anna:geheim@host:eins", r"smtp\+tls://"),
        ("flag", "geheim", "true or false"),
        ("number", "geheim", "a whole number"),
    ],
)
def test_what_cannot_be_read_stops_the_start(kind: str, given: str, needed: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^NAME cannot be read. It must be .*{needed}") as caught:
        PARSED[kind](Environment({"NAME": given}, tmp_path))
    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__, "no traceback of what was tried, which may hold the value"


@pytest.mark.parametrize(("given", "value"), [({}, "file"), ({"NAME": ""}, "file"), ({"NAME": "process"}, "process")])
def test_the_process_counts_before_the_file(given: dict[str, str], value: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NAME=file\nOTHER=\n", encoding="utf-8")
    env = Environment(given, tmp_path)
    assert (env.text("NAME"), env.text("OTHER", "default")) == (value, "default")


def test_the_portal_starts_with_every_variable_empty_but_those_that_are_required() -> None:
    """Every setting that the README names; `manage.py check` loads them as on a server."""
    readme = Path(settings.BASE_DIR, "README.md").read_text(encoding="utf-8").partition("| Variable |")[2].partition("```")[0]
    names = {name for line in readme.splitlines() for name in line.partition(" | ")[0].strip("|` ").replace("`", "").split(", ")}
    names = {name for name in names if name.isupper() and name.isascii()}
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "OWNER_PHONE", "TRUSTED_PROXY_COUNT"} <= names
    empty = dict.fromkeys([*names, "EMAIL_TIMEOUT", "HSTS_SECONDS", "TEST_DATABASE"], "")
    # DEBUG is said: a checkout in which the demo ran has it in its `.env`.
    needed = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "example.org", "DEBUG": "false"}
    changes = needed | {"DJANGO_SETTINGS_MODULE": "evalportal.settings"}
    code = (
        "from django.conf import settings as s; "
        "print(s.DATABASES['default']['ENGINE'], s.EMAIL_PORT, s.SECURE_SSL_REDIRECT, s.OWNER_NAME, s.STATIC_ROOT.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | empty | changes,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split(maxsplit=3)[:3] == ["django.db.backends.sqlite3", "25", "True"], done.stderr
