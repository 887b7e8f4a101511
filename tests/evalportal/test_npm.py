import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evalportal import npm

HTMX = {"node_modules/htmx.org": {"version": "2.0.11", "integrity": "sha512-a"}}


def checkout(root: Path, wanted: dict[str, Any], present: dict[str, Any] | None) -> Path:
    """A directory whose lock file lists `wanted` and whose `node_modules` holds `present`."""
    (root / "package-lock.json").write_text(json.dumps({"packages": {"": {"name": "evalportal"}, **wanted}}))
    for name in present or {}:
        (root / name).mkdir(parents=True)
    if present is not None:
        (root / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": present}))
    return root


def test_what_the_lock_file_lists_is_current(tmp_path: Path) -> None:
    assert npm.is_current(checkout(tmp_path, HTMX, HTMX))


@pytest.mark.parametrize(
    "present",
    [
        None,
        {"node_modules/htmx.org": {"version": "2.0.10", "integrity": "sha512-a"}},
        {**HTMX, "node_modules/other": {"version": "1.0.0"}},
    ],
    ids=["nothing installed", "another version", "one too many"],
)
def test_anything_else_is_not(tmp_path: Path, present: dict[str, Any] | None) -> None:
    assert not npm.is_current(checkout(tmp_path, HTMX, present))


def test_a_package_that_somebody_deleted_is_missed(tmp_path: Path) -> None:
    root = checkout(tmp_path, HTMX, HTMX)
    shutil.rmtree(root / "node_modules" / "htmx.org")
    assert not npm.is_current(root)


def test_nothing_is_done_twice(tmp_path: Path) -> None:
    assert npm.install(checkout(tmp_path, HTMX, HTMX)) is False


def test_a_failure_of_npm_says_what_to_do(tmp_path: Path) -> None:
    """The real npm, in a directory without a lock file, which it refuses before it asks any registry."""
    (tmp_path / "package.json").write_text('{"name": "empty"}')
    with pytest.raises(npm.NpmError, match="could not install.*registry"):
        npm.install(tmp_path)


def test_the_packages_of_this_checkout_are_installed() -> None:
    assert npm.is_current()
