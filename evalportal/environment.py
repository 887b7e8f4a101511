"""Settings from the environment and from `.env`; the `.env` of a copy that is tried out. Runs before the settings are loaded."""

import os
import re
import secrets
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
_TRUE: Final = {"true", "yes", "on", "1"}
_FALSE: Final = {"false", "no", "off", "0"}
_DATABASES: Final = ("django.db.backends.postgresql", "django.db.backends.sqlite3")


class Environment:
    """Reads settings. An empty variable is one that is not set; one that cannot be read stops the start and says what is needed.

    The message never holds the value: it may contain a password.
    """

    def __init__(self, variables: Mapping[str, str] | None = None, root: Path = ROOT) -> None:
        """`variables`: those of the process if left out. What they leave open is read from `.env`."""
        self._env = environ.Env()
        self._env.ENVIRON = _given(os.environ if variables is None else variables)
        if (root / ".env").exists():
            # `read_env` writes into its class, by default into the environment of the process.
            file: Any = type("File", (environ.Env,), {"ENVIRON": {}})
            file.read_env(root / ".env")
            self._env.ENVIRON = _given(file.ENVIRON) | self._env.ENVIRON

    def text(self, name: str, default: str = "") -> str:
        return str(self._env.str(name, default=default))

    def lines(self, name: str) -> str:
        """A text in which `\\n` breaks a line."""
        return str(self._env.str(name, default="", multiline=True))

    def texts(self, name: str, default: list[str]) -> list[str]:
        """Texts that commas separate."""
        given = [part.strip() for part in self.text(name).split(",")]
        return [part for part in given if part] or default

    def number(self, name: str, default: int) -> int:
        return self._read(name, lambda: int(self.text(name, str(default))), "a whole number")

    def flag(self, name: str, default: bool) -> bool:
        given = self.text(name, str(default)).strip().lower()
        return self._read(name, lambda: {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}[given], "true or false")

    def database(self, name: str, default: str) -> dict[str, Any]:
        def parsed() -> dict[str, Any]:
            with warnings.catch_warnings(action="ignore"):  # of an unknown kind of database; they would show the password
                found: dict[str, Any] = self._env.db(name, default=default)
            if found.get("ENGINE") not in _DATABASES or not found["NAME"]:
                raise ValueError
            return found

        return self._read(name, parsed, "an address like postgresql://user:password@host/name or sqlite:////path/to/file")

    def mail(self, name: str, default: str) -> dict[str, Any]:
        return self._read(
            name, lambda: dict(self._env.email_url(name, default=default)), "an address like smtp+tls://user:password@host:587"
        )

    def _read(self, name: str, parse: Callable[[], T], needed: str) -> T:
        try:
            return parse()
        except (ImproperlyConfigured, KeyError, ValueError):
            raise ImproperlyConfigured(f"{name} cannot be read. It must be {needed}; leave it empty for the default.") from None


def _given(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value.strip()}


def ensure_env(root: Path = ROOT) -> bool:
    """Write a random `SECRET_KEY` and `DEBUG=True` to `.env` unless there is a key already, and return whether it was written.

    A key in the environment or in `.env` is left alone, and with it everything else: these are the settings of somebody who chose them.
    Other lines of an existing `.env` stay.
    """
    path = root / ".env"
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if os.environ.get("SECRET_KEY", "").strip() or _has_key(present):
        return False
    separator = "\n" if present and not present.endswith("\n") else ""
    path.touch(mode=0o600)
    path.write_text(f"{present}{separator}SECRET_KEY={secrets.token_urlsafe(50)}\nDEBUG=True\n", encoding="utf-8")
    return True


def _has_key(text: str) -> bool:
    return any(re.match(r"\s*(export\s+)?SECRET_KEY\s*=\s*\S", line) for line in text.splitlines())
