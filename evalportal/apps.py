from django.apps import AppConfig
from django.core import checks

from evalportal.legal.checks import owner_is_known


class EvalportalConfig(AppConfig):
    name = "evalportal"
    verbose_name = "Evaluationsportal"

    def ready(self) -> None:
        checks.register(owner_is_known, deploy=True)
