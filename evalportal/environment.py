"""The `.env` of a copy that is tried out. Runs before the settings are loaded, which refuse to start without a `SECRET_KEY`."""

import os
import re
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def ensure_env(root: Path = ROOT) -> bool:
    """Write a random `SECRET_KEY` and `DEBUG=True` to `.env` unless there is a key already, and return whether it was written.

    A key in the environment or in `.env` is left alone, and with it everything else: these are the settings of somebody who chose them.
    Other lines of an existing `.env` stay.
    """
    path = root / ".env"
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if os.environ.get("SECRET_KEY") or _has_key(present):
        return False
    separator = "\n" if present and not present.endswith("\n") else ""
    path.touch(mode=0o600)
    path.write_text(f"{present}{separator}SECRET_KEY={secrets.token_urlsafe(50)}\nDEBUG=True\n", encoding="utf-8")
    return True


def _has_key(text: str) -> bool:
    return any(re.match(r"\s*(export\s+)?SECRET_KEY\s*=\s*\S", line) for line in text.splitlines())
