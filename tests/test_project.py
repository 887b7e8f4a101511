"""What holds for the repository as a whole: nothing foreign in it, no address of a registry, named migrations, short files."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IGNORED = [".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())]
LONGEST_FILE = 400


def _files() -> list[Path]:
    """Return the files that are or would be committed; without git (an unpacked copy) all but what .gitignore leaves out."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(fnmatch(part, ignored) for part in path.relative_to(ROOT).parts for ignored in IGNORED)
    ]


FILES = _files()
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]

# Built or packed files and fonts: what npm and pip bring is never copied into the repository.
THIRD_PARTY = re.compile(
    r"\.min\.(js|css)$|\.(woff2?|ttf|otf|eot|whl|tgz|jar|map)$|(^|/)(vendor|node_modules|site-packages|bower_components)/"
    r"|(^|/)(kern|htmx|axe|jquery|bootstrap)[^/]*\.(js|css)$"
)

# Where packages come from is the configuration of the machine. The lock files carry hashes and no addresses.
REGISTRY = re.compile(
    r"https?://[^\s\"'<>]*(pypi|pythonhosted|npmjs|yarnpkg|registry|artifactor|nexus|jfrog|devpi|verdaccio|/simple\b)"
    r"|\bregistry\s*=\s*\S|(?<!no-emit-)(extra-)?index-url\b|--find-links|\"resolved\"\s*:",
    re.IGNORECASE,
)


def test_the_list_of_files_is_not_empty() -> None:
    assert {"manage.py", "pyproject.toml", "tests/test_project.py"} <= set(NAMES)


def test_no_third_party_file_is_committed() -> None:
    assert [name for name in NAMES if THIRD_PARTY.search(name)] == []


def test_no_address_of_a_registry_is_committed() -> None:
    found = []
    for path, name in zip(FILES, NAMES, strict=True):
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if name != "tests/test_project.py":
            found += [f"{name}: {match.group()}" for match in REGISTRY.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://mirror.example/simple",
        "https://registry.npmjs.org/htmx.org",
        "registry=https://mirror.example/",
        '"resolved": "https://mirror.example/a.tgz"',
        "PIP_EXTRA_INDEX_URL https://files.pythonhosted.org/packages",
    ],
)
def test_addresses_of_registries_are_recognised(text: str) -> None:
    assert REGISTRY.search(text)


def test_every_migration_has_a_name() -> None:
    migrations = [name for name in NAMES if re.search(r"/migrations/\d", name)]
    assert migrations
    assert [name for name in migrations if not re.search(r"/\d{4}_[a-z][a-z0-9_]*\.py$", name) or "_auto_" in name] == []


def test_files_are_short() -> None:
    """DESIGN.md, section 5: a file has one subject and stays under about 400 lines."""
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for path, name in zip(FILES, NAMES, strict=True)
        if name.endswith(".py") and "/migrations/" not in name
    }
    assert {name: length for name, length in lengths.items() if length >= LONGEST_FILE} == {}
