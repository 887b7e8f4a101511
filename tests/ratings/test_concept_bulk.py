"""Many Maßnahmen at once and new units: wishes, previews, what does not fit."""

from typing import Any

import pytest

from goals.models import Goal, GoalKind, Measure, OrgUnit, Responsibility
from ratings import concept_bulk
from ratings.concept_bulk import Contributing, OtherOutcome, Wish
from ratings.states import ReportState
from tests import factories as make
from tests.conftest import SignedInClient
from tests.ratings.concept_edits import leader

pytestmark = pytest.mark.django_db


# Who is responsible before (lead, contributing), what is wished, who is afterwards. Units by letter.
WISHES: dict[str, tuple[tuple[str, str], tuple[str | None, Contributing, str], tuple[str, str]]] = {
    "a lead where nobody is": (("", ""), ("A", Contributing.KEEP, ""), ("A", "")),
    "another lead": (("A", "B"), ("C", Contributing.KEEP, ""), ("C", "B")),
    "the lead was contributing": (("A", "BC"), ("B", Contributing.KEEP, ""), ("B", "C")),
    "nobody leads": (("A", "B"), ("", Contributing.KEEP, ""), ("", "B")),
    "add": (("A", "B"), (None, Contributing.ADD, "BC"), ("A", "BC")),
    "add the lead: it stays the lead": (("A", ""), (None, Contributing.ADD, "AB"), ("A", "B")),
    "remove": (("A", "BC"), (None, Contributing.REMOVE, "BA"), ("A", "C")),
    "exactly these": (("A", "B"), (None, Contributing.SET, "CD"), ("A", "CD")),
    "nobody contributes": (("A", "BC"), (None, Contributing.SET, ""), ("A", "")),
    "old lead becomes Zuarbeit": (("A", ""), ("B", Contributing.ADD, "A"), ("B", "A")),
    "nothing new": (("A", "B"), ("A", Contributing.ADD, "B"), ("A", "B")),
}


@pytest.mark.parametrize(("before", "wished", "after"), WISHES.values(), ids=WISHES)
def test_what_a_wish_does(before: Any, wished: Any, after: Any) -> None:
    measure, user = make.measure("1.1"), leader()
    units = {letter: make.unit(name=letter, slug=letter.lower()) for letter in "ABCD"}
    for letter in before[0] + before[1]:
        make.responsibility(measure, units[letter], lead=letter == before[0])
    lead, mode, letters = wished
    named = tuple(units[letter] for letter in letters)
    wish = Wish(sets_lead=lead is not None, lead=units.get(lead or ""), contributing=mode, units=named, reason="Verfügung 3")
    if lead is None and mode is Contributing.KEEP:
        pytest.fail("The table wishes nothing.")
    outcome = concept_bulk.preview(measure.concept, [measure.pk], wish, user=user)
    assert bool(outcome) is (before != after)
    assert _who(measure) == before, "a preview changes nothing"
    concept_bulk.apply(measure.concept, [measure.pk], wish, expected=outcome.digest, user=user)
    assert _who(measure) == after


def _who(measure: Measure) -> tuple[str, str]:
    rows = list(measure.responsibilities.select_related("unit").order_by("unit__name"))
    return tuple("".join(row.unit.name for row in rows if row.role == role) for role in ("lead", "contributing"))  # type: ignore[return-value]


def test_many_at_once_with_their_reports_in_one_step(coordinator: SignedInClient) -> None:
    round_ = make.round()
    old, new = make.unit(name="Alte Einheit"), make.unit(name="Neue Einheit")
    measures = [make.measure(f"{number}.1", concept=round_.concept) for number in range(1, 4)]
    for measure in measures:
        make.report(measure, old, round=round_)
    page = f"/konzepte/{round_.concept.slug}/bearbeiten/zustaendigkeiten/"
    chosen = {"step": "choose", "massnahme": [measure.pk for measure in measures[:2]]}
    asked = coordinator.post(page, chosen)
    wish = {"chosen": asked.context["chosen"], "lead": new.pk, "contributing": "keep", "mandatory": "yes", "kind": "project"}
    shown = coordinator.post(page, wish | {"step": "preview"})
    outcome = shown.context["outcome"]
    assert ([line.number for line in outcome.measures], [line.number for line in outcome.goals]) == (["1.1", "2.1"], ["1", "2"])
    assert [(group.title, len(group.lines)) for _, groups, _ in shown.context["rounds"] for group in groups] == [
        ("Neu angefordert", 2),
        ("Entfallen", 2),
    ]
    assert set(Measure.objects.values_list("is_mandatory", flat=True)) == {False}
    back = coordinator.post(page, wish | {"step": "wish"})
    assert back.context["form"]["lead"].value() == str(new.pk)
    # Meanwhile one of them changes: what was seen is no longer what would happen.
    make.responsibility(measures[0], new)
    late = coordinator.post(page, wish | {"step": "apply", "expected": outcome.digest})
    assert (late.status_code, "noch einmal an" in late.content.decode()) == (409, True)
    assert not Measure.objects.filter(is_mandatory=True).exists()
    done = coordinator.post(page, wish | {"step": "apply", "expected": late.context["outcome"].digest}, follow=True)
    assert "Geändert: 2 Maßnahmen und 2 Ziele." in done.content.decode()
    assert [_who(measure)[0] for measure in measures] == ["Neue Einheit", "Neue Einheit", "Alte Einheit"]
    states = round_.reports.order_by("measure", "state").values_list("measure__goal__number", "unit__name", "state")
    assert set(states) == {
        ("1", "Alte Einheit", ReportState.DROPPED),
        ("1", "Neue Einheit", ReportState.OPEN),
        ("2", "Alte Einheit", ReportState.DROPPED),
        ("2", "Neue Einheit", ReportState.OPEN),
        ("3", "Alte Einheit", ReportState.OPEN),
    }
    assert Measure.objects.filter(is_mandatory=True).count() == 2
    assert Goal.objects.filter(kind=GoalKind.PROJECT).count() == 2
    for row in (measures[0], measures[0].goal):
        assert row.history.first().history_user == coordinator.user


# What the last step sends, and what is said; nothing changes.
NONSENSE: dict[str, tuple[dict[str, Any], str]] = {
    "nothing chosen": ({"chosen": ""}, "mindestens eine Maßnahme"),
    "not a number": ({"chosen": "1,x"}, "nicht lesbar"),
    "a foreign Maßnahme": ({"chosen": "foreign"}, "nicht mehr"),
    "too many": ({"chosen": ",".join(str(n) for n in range(1, 700))}, "nicht lesbar"),
    "nothing wished": ({"lead": "keep"}, "nichts gewählt"),
    "a unit that does not exist": ({"lead": "999999"}, "Auswahl"),
    "an inactive unit": ({"lead": "inactive"}, "Auswahl"),
    "units without a word on them": ({"units": ["unit"]}, "was mit ihnen geschieht"),
    "add without units": ({"contributing": "add"}, "mindestens eine Einheit"),
    "unknown Zielart": ({"kind": "traum"}, "Auswahl"),
}


@pytest.mark.parametrize(("changed", "words"), NONSENSE.values(), ids=NONSENSE)
def test_a_wish_that_does_not_fit(changed: dict[str, Any], words: str, coordinator: SignedInClient) -> None:
    measure, unit = make.measure("1.1"), make.unit()
    names = {
        "foreign": make.measure("1.1", concept=make.concept()).pk,
        "inactive": make.unit(is_active=False).pk,
        "unit": unit.pk,
    }
    sent: dict[str, Any] = {"step": "apply", "chosen": str(measure.pk), "lead": str(unit.pk), "contributing": "keep"}
    sent |= {"mandatory": "keep", "kind": "keep", "expected": "x"}
    for name, value in changed.items():
        plain = value[0] if isinstance(value, list) else value
        sent[name] = names.get(plain, plain)
    answer = coordinator.post(f"/konzepte/{measure.concept.slug}/bearbeiten/zustaendigkeiten/", sent, follow=True)
    assert words in answer.content.decode()
    assert not Responsibility.objects.exists()


def test_an_unexpected_outcome_writes_nothing() -> None:
    measure, user = make.measure("1.1"), leader()
    with pytest.raises(OtherOutcome):
        concept_bulk.apply(measure.concept, [measure.pk], Wish(mandatory=True), expected="", user=user)
    measure.refresh_from_db()
    assert not measure.is_mandatory


# The filter, and which of 1.1 (led), 1.2 (Zuarbeit only), 1.3 (nobody), 2.1 (a unit without successor) it leaves.
FILTERS: dict[str, tuple[str, list[str]]] = {
    "": ("", ["1.1", "1.2", "1.3", "2.1"]),
    "without lead": ("?stand=ohne", ["1.2", "1.3", "2.1"]),
    "nobody": ("?stand=niemand", ["1.3", "2.1"]),
    "by unit": ("?einheit=unit", ["1.1", "1.2"]),
    "by Handlungsfeld": ("?feld=field", ["2.1"]),
    "nonsense": ("?feld=x&stand=y", ["1.1", "1.2", "1.3", "2.1"]),
}


@pytest.mark.parametrize(("query", "numbers"), FILTERS.values(), ids=FILTERS)
def test_what_there_is_to_choose_from(query: str, numbers: list[str], coordinator: SignedInClient) -> None:
    concept, unit = make.concept(), make.unit()
    one, two, _ = (make.measure(f"1.{position}", concept=concept) for position in (1, 2, 3))
    field = make.action_field(concept)
    last = make.measure(goal=make.goal("2", challenge=make.challenge(field)))
    make.responsibility(one, unit, lead=True)
    make.responsibility(two, unit, lead=False)
    make.responsibility(last, make.unit(is_active=False), lead=True)
    query = query.replace("unit", str(unit.pk)).replace("field", str(field.pk))
    shown = coordinator.get(f"/konzepte/{concept.slug}/bearbeiten/zustaendigkeiten/{query}")
    assert [row[0].number for _, rows in shown.context["fields"] for row in rows] == numbers


# What is entered for a new unit beside a valid name, and what is said.
NEW_UNITS: dict[str, tuple[dict[str, Any], str]] = {
    "complete": ({}, ""),
    "under another": ({"parent": "parent"}, ""),
    "name taken": ({"name": "fachdienst ORDNUNG"}, "gibt es schon"),
    "short name taken": ({"short_name": "FDO"}, "gibt es schon"),
    "name empty": ({"name": "\x00 "}, "Name"),
    "name too long": ({"name": "x" * 161}, "160"),
    "external with approval": ({"is_external": "on", "requires_approval": "on"}, "meldet sich nicht an"),
    "under a unit that does not exist": ({"parent": "99999"}, "Auswahl"),
}


@pytest.mark.parametrize(("changed", "words"), NEW_UNITS.values(), ids=NEW_UNITS)
def test_new_units(changed: dict[str, Any], words: str, coordinator: SignedInClient) -> None:
    parent = make.unit(name="Fachdienst Ordnung", short_name="FDO", slug="neu-1")
    sent = {"name": "Übergänge", "short_name": "Ü", "note": ""} | changed
    if sent.get("parent") == "parent":
        sent["parent"] = parent.pk
    answer = coordinator.post("/einheiten/neu/", sent)
    assert answer.status_code == (422 if words else 302)
    made = OrgUnit.objects.exclude(pk=parent.pk).first()
    if words:
        assert words in answer.content.decode()
        assert made is None
        return
    assert made is not None
    assert (made.slug, made.history.first().history_change_reason) == ("uebergaenge", "angelegt")
    assert made.history.first().history_user == coordinator.user


def test_no_unit_takes_the_address_of_the_form(coordinator: SignedInClient) -> None:
    coordinator.post("/einheiten/neu/", {"name": "Neu", "short_name": "Neu"})
    assert OrgUnit.objects.get().slug == "neu-2"
