"""The example sign-ins and the authors of the other units' reports. Names say that nobody is meant."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from simple_history.utils import bulk_create_with_history

from evalportal.accounts.models import User
from goals.models import Concept, Membership, OrgUnit
from goals.roles import Role

PASSWORD = "demo"  # noqa: S105  printed by the command; these accounts exist in example databases alone
AUTHOR_PREFIX = "beispiel-"
REASON = "Beispieldaten"


@dataclass(frozen=True)
class SignIn:
    """An account that a person tries the portal out with. `unit` is a slug, sub-units included; without one it holds for all Konzepte."""

    username: str
    first_name: str
    last_name: str
    role: Role
    in_words: str
    unit: str = ""


SIGN_INS = (
    SignIn(
        "leitung",
        "Lena",
        "Leitner",
        Role.COORDINATOR,
        "Evaluationsleitung: Konzept, Runden, Abschluss, Freigabe für den Kreistag",
    ),
    SignIn("jourfixe", "Jule", "Fuchs", Role.RECORDER, "Protokoll des Jour fixe: stimmt Bewertungen ab, stellt Rückfragen"),
    SignIn(
        "massarbeit", "Mika", "Berger", Role.REPORTER, "Berichterstattung der MaßArbeit und ihrer Untereinheiten", "massarbeit"
    ),
    SignIn("freigabe", "Fritzi", "Gabel", Role.APPROVER, "Freigabe in der MaßArbeit und ihren Untereinheiten", "massarbeit"),
    SignIn("kreistag", "Kim", "Tagmann", Role.READER, "Lesen: freigegebene Ergebnisse"),
)


def is_example_user(username: str) -> bool:
    return username in {sign_in.username for sign_in in SIGN_INS} or username.startswith(AUTHOR_PREFIX)


def create_people(example: Concept, real: Concept, *, at: datetime) -> None:
    """Create the sign-ins, an author without a password for every other unit of the county, and their roles.

    Those who work in a unit have their role in Konzept `beispiel` alone and read the results of the real one.
    """
    units = {unit.slug: unit for unit in OrgUnit.objects.all()}
    memberships = []
    password = make_password(PASSWORD)  # hashing is slow by design: once for all, since everyone knows it anyway
    for sign_in in SIGN_INS:
        user = _account(sign_in.username, sign_in.first_name, f"{sign_in.last_name} (Beispiel)", at=at)
        user.password = password
        user.save()
        if sign_in.unit:
            unit = units[sign_in.unit]
            memberships.append(Membership(user=user, role=sign_in.role, unit=unit, with_subunits=True, concept=example))
            memberships.append(Membership(user=user, role=Role.READER, concept=real))
        else:
            memberships.append(Membership(user=user, role=sign_in.role))
    signed_in = {sign_in.unit for sign_in in SIGN_INS if sign_in.unit}
    for unit in units.values():
        if unit.is_external or unit.parent_id is None or signed_in & {unit.slug, unit.parent.slug if unit.parent else ""}:
            continue
        author = _account(
            f"{AUTHOR_PREFIX}{unit.slug.removeprefix(AUTHOR_PREFIX)}", "Redaktion", f"{unit.short_name} (Beispiel)", at=at
        )
        author.set_unusable_password()
        author.save()
        memberships.append(Membership(user=author, role=Role.REPORTER, unit=unit, concept=example))
    bulk_create_with_history(memberships, Membership, default_change_reason=REASON, default_date=at)


def _account(username: str, first_name: str, last_name: str, *, at: datetime) -> User:
    return User(username=username, first_name=first_name, last_name=last_name, email=f"{username}@example.org", date_joined=at)


class People:
    """The accounts by what they do while the rounds are built; each is loaded once, because its roles are kept on it."""

    def __init__(self, example: Concept) -> None:
        users = {user.username: user for user in User.objects.all()}
        self.coordinator = users["leitung"]
        self.recorder = users["jourfixe"]
        self.approver = users["freigabe"]
        self._reporters: dict[int, User] = {}
        reporters = Membership.objects.filter(role=Role.REPORTER, concept=example).select_related("unit")
        for membership in reporters:
            user, unit = users[membership.user.username], membership.unit
            if unit is not None:
                covered = [unit.pk, *unit.children.values_list("pk", flat=True)] if membership.with_subunits else [unit.pk]
                self._reporters |= dict.fromkeys(covered, user)

    def author(self, unit: OrgUnit) -> User:
        """Return who writes for `unit`: its reporter, for an external unit the Evaluationsleitung „im Auftrag“."""
        return self._reporters.get(unit.pk, self.coordinator)
