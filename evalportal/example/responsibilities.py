"""Who is responsible in Konzept `beispiel`: units of the county that the report names, a few fictional ones, units outside."""

from datetime import datetime
from typing import Final

from simple_history.utils import bulk_create_with_history

from evalportal.example.people import REASON
from goals.models import Concept, Measure, OrgUnit, Responsibility, ResponsibilityRole
from ratings import workflow

# Slug, name, short name, slug of the unit it belongs to.
FICTIONAL_UNITS: Final = (
    ("beispiel-soziales", "Fachdienst Soziales (Beispiel)", "Soziales (Bsp.)", "landkreis-osnabrueck"),
    ("beispiel-planen-bauen", "Fachdienst Planen und Bauen (Beispiel)", "Planen und Bauen (Bsp.)", "landkreis-osnabrueck"),
    ("beispiel-kultur", "Kulturbüro (Beispiel)", "Kulturbüro (Bsp.)", "landkreis-osnabrueck"),
    ("beispiel-sprachbuero", "Sprachbüro (Beispiel)", "Sprachbüro (Bsp.)", "fachdienst-bildung"),
)
MERGED_UNIT: Final = "beispiel-sprachbuero"
MERGED_INTO: Final = "bildungsmanagement"
APPROVING_UNITS: Final = ("massarbeit", "migrationszentrum", "uebergangsmanagement", "arbeitgeberservice")

# Lead by Maßnahme („3.2“) or, for all that are not named, by Ziel („3“). 61.1 has nobody, 89.2 a Zuarbeit alone.
LEADS: Final = {
    "integrationsbeauftragter": "1 58 59 60 67 80.1 84",
    "migrationszentrum": "2 3 4 5 76",
    "massarbeit": "41 44 45.1",
    "uebergangsmanagement": "43",
    "arbeitgeberservice": "45.2 48",
    "abteilung-integration-auslaender": "6 7 8 9 10 46 85.2 87.3",
    "beispiel-soziales": "12 14 15.1 15.2 15.3 42 54 55 56",
    "beispiel-planen-bauen": "11 89.1",
    "beispiel-kultur": "65 68 69 71",
    "beispiel-sprachbuero": "22 25 26.1 26.2",
    "bildungsmanagement": "27 29 36 37 38 40",
    "fachdienst-bildung": "23 24 28 30 32 33 35",
    "jugendhilfe": "13 15.4 31 34",
    "vhs": "20 21 26.3 39 62 63",
    "fachdienst-ordnung": "16.2 17 18",
    "fachdienst-gesundheit": "49 50 51.1",
    "kjgd": "51.2 57",
    "spdi": "53",
    "caritasverband": "52",
    "wigos": "47",
    "gleichstellungsbeauftragte": "19 66 81",
    "ehrenamtsmanagement": "70 72 73 74 75 77 78 79",
    "referat-strategische-planung": "16 64 80 82 83 85 86 87 88",
}
CONTRIBUTING: Final = {
    "1.1": "migrationszentrum",
    "4.1": "abteilung-integration-auslaender",
    "5.1": "beispiel-soziales",
    "6.1": "diakonie",
    "11.1": "kommunen",
    "14.1": "kommunen",
    "15.2": "massarbeit",
    "16.1": "vhs",
    "20.1": "beispiel-sprachbuero",
    "20.2": "migrationszentrum",
    "21.1": "massarbeit",
    "22.1": "jugendhilfe",
    "23.2": "jugendhilfe",
    "26.1": "vhs",
    "26.3": "migrationszentrum",
    "27.2": "jugendhilfe",
    "32.1": "kjgd",
    "33.1": "uebergangsmanagement",
    "43.2": "fachdienst-bildung",
    "44.1": "gleichstellungsbeauftragte",
    "46.1": "migrationszentrum",
    "47.1": "arbeitgeberservice",
    "51.1": "team-zahngesundheit",
    "51.2": "jugendhilfe",
    "53.1": "fachdienst-gesundheit",
    "62.1": "migrationszentrum",
    "66.1": "vhs",
    "70.1": "kreissportbund",
    "72.1": "migrationszentrum",
    "76.1": "vhs",
    "80.1": "migrationszentrum",
    "85.2": "referat-strategische-planung",
    "86.1": "integrationsbeauftragter",
    "89.2": "beispiel-soziales",
}


def create_units(*, at: datetime) -> None:
    """Add the fictional units and switch on approval in MaßArbeit and what belongs to it."""
    parents = {unit.slug: unit for unit in OrgUnit.objects.all()}
    bulk_create_with_history(
        [
            OrgUnit(slug=slug, name=name, short_name=short, parent=parents[parent], note="Erfundene Einheit der Beispieldaten.")
            for slug, name, short, parent in FICTIONAL_UNITS
        ],
        OrgUnit,
        default_change_reason=REASON,
        default_date=at,
    )
    for slug in APPROVING_UNITS:
        unit = parents[slug]
        unit.requires_approval = True
        workflow.log(
            unit, user=None, now=at, what=f"{REASON}: Berichte dieser Einheit gehen erst nach Freigabe an den Jour fixe."
        )
        unit.save()


def create_responsibilities(example: Concept, *, at: datetime) -> None:
    """Make the units responsible as `LEADS` and `CONTRIBUTING` say."""
    units = {unit.slug: unit for unit in OrgUnit.objects.all()}
    leads = {place: slug for slug, places in LEADS.items() for place in places.split()}
    rows = []
    for measure in Measure.objects.filter(concept=example).with_place().in_order():
        number = measure.number
        lead = None if number in ("61.1", "89.2") else leads.get(number) or leads.get(measure.goal.number)
        if lead:
            rows.append(_row(measure, units[lead], ResponsibilityRole.LEAD))
        if number in CONTRIBUTING:
            rows.append(_row(measure, units[CONTRIBUTING[number]], ResponsibilityRole.CONTRIBUTING))
    bulk_create_with_history(rows, Responsibility, default_change_reason=REASON, default_date=at)


def _row(measure: Measure, unit: OrgUnit, role: ResponsibilityRole) -> Responsibility:
    return Responsibility(measure=measure, unit=unit, role=role, source="Beispieldaten")
