"""How the portal looks on this device: light, dark or like the system; normal, or large with high contrast for a projector.

Kept in a cookie and not with the account: a meeting room's computer is not the desk's, and people who are not signed in choose too.
The server writes the choice into every page, so that it holds without JavaScript and nothing flickers.
"""

from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE: Final = "darstellung"
_YEAR: Final = 365 * 24 * 60 * 60


class Theme(TextChoices):
    """Which colours; without a choice those that the system asks for."""

    SYSTEM = "system", "Wie das System"
    LIGHT = "light", "Hell"
    DARK = "dark", "Dunkel"


@dataclass(frozen=True)
class Appearance:
    """The choice of one device. `themes` is for the form that offers it."""

    theme: Theme = Theme.SYSTEM
    projector: bool = False

    @property
    def themes(self) -> list[Theme]:
        return list(Theme)

    @property
    def kern_theme(self) -> str:
        """The value of `data-kern-theme`, empty where the system decides."""
        return "" if self.theme == Theme.SYSTEM else self.theme.value

    @property
    def cookie(self) -> str:
        return f"{self.theme}.{'projektor' if self.projector else ''}"

    @classmethod
    def read(cls, cookie: str) -> "Appearance":
        """Read the value of the cookie; what is no choice counts as none."""
        theme, _, size = cookie.partition(".")
        return cls(Theme(theme) if theme in Theme.values else Theme.SYSTEM, size == "projektor")

    def changed(self, theme: str, projector: str) -> "Appearance":
        """Return the choice after one press: `theme` is a value of `Theme`, `projector` „an“ or „aus“; anything else leaves it."""
        changed = replace(self, theme=Theme(theme)) if theme in Theme.values else self
        return replace(changed, projector=projector == "an") if projector in ("an", "aus") else changed


def appearance_of(request: HttpRequest) -> Appearance:
    return Appearance.read(request.COOKIES.get(COOKIE, ""))


@login_not_required
@require_POST
def change_appearance(request: HttpRequest) -> HttpResponse:
    """Keep the choice and lead back to the page it was made on; to the start page if that is not one of ours. Open to everyone."""
    before = appearance_of(request)
    after = before.changed(request.POST.get("theme", ""), request.POST.get("projector", ""))
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = resolve_url("start")
    response = HttpResponseRedirect(target)
    if after == Appearance():
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(COOKIE, after.cookie, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
