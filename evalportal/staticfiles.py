from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from goals import fonts

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


# The fonts that `python -m evalportal.npm` has cut down for pages: name under which they are served, file in their folder.
WEB_FONTS = {f"vendor/fonts/{name}.latin.woff2": f"{name}.woff2" for name in fonts.WEB_NAMES}


class _WebFontStorage(FileSystemStorage):
    """Opens the files of `WEB_FONTS` by the name under which they are served."""

    def path(self, name: str) -> str:
        return super().path(WEB_FONTS[name])


class NpmFinder(BaseFinder):
    """Finds the listed files of installed npm packages and what is built from them, so that nothing of it is in the repository.

    Both come from `python -m evalportal.npm`; before that nothing is found.
    """

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    @cached_property
    def _files(self) -> dict[str, FileSystemStorage]:
        npm_files = _NpmStorage(location=settings.BASE_DIR / "node_modules")
        files: dict[str, FileSystemStorage] = dict.fromkeys(FILES, npm_files)
        try:
            folder = fonts.web_folder(fonts.sources_in(settings.BASE_DIR, fonts.WEB_NAMES), fonts.web_in(settings.BASE_DIR))
        except OSError:
            return files
        return files | dict.fromkeys(WEB_FONTS, _WebFontStorage(location=folder))

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        storage = self._files.get(path)
        found = storage is not None and Path(storage.path(path)).is_file()
        if find_all:
            return [storage.path(path)] if storage and found else []
        return storage.path(path) if storage and found else []  # as Django's own finders say that they have not got it

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        yield from self._files.items()
