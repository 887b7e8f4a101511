from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning


def owner_is_known(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn on `check --deploy` of what Impressum, Datenschutz and Erklärung zur Barrierefreiheit still lack."""
    missing = settings.OWNER.missing
    if not missing:
        return []
    return [
        Warning(
            f"Impressum, Datenschutz and Erklärung zur Barrierefreiheit lack data of the county: {', '.join(missing)}.",
            hint='Set these variables in the environment or in .env (README.md, "Run it for real"); the pages say „noch nicht hinterlegt“.',
            id="evalportal.W001",
        )
    ]
