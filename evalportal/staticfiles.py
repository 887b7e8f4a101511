from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

KERN = "@kern-ux/native/dist"
FONTS = f"{KERN}/fonts/fira-sans"

# The files of npm packages that the pages use, by the name under which they are served. Nothing else leaves `node_modules`.
FILES = {
    "vendor/kern.min.css": f"{KERN}/kern.min.css",
    "vendor/fonts/FiraSans-Regular.woff2": f"{FONTS}/FiraSans-Regular.woff2",
    "vendor/fonts/FiraSans-Medium.woff2": f"{FONTS}/FiraSans-Medium.woff2",
    "vendor/fonts/FiraSans-SemiBold.woff2": f"{FONTS}/FiraSans-SemiBold.woff2",
    "vendor/fonts/FiraSans-Italic.woff2": f"{FONTS}/FiraSans-Italic.woff2",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
}


class _NpmStorage(FileSystemStorage):
    """Opens the files of `FILES` by the name under which they are served."""

    def path(self, name: str) -> str:
        return super().path(FILES[name])


class NpmFinder(BaseFinder):
    """Finds the listed files of installed npm packages (`npm ci`), so that none of them is copied into the repository."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _NpmStorage(location=settings.BASE_DIR / "node_modules")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = path in FILES and Path(self.storage.path(path)).is_file()
        if find_all:
            return [self.storage.path(path)] if found else []
        return self.storage.path(path) if found else []  # as Django's own finders say that they have not got it

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FILES:
            yield name, self.storage
