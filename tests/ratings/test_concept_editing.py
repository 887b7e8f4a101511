"""Editing a Konzept in the portal: what is refused, order and removal, two people at once, the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from goals.models import ActionField, Challenge, Concept, Goal, Measure, Responsibility, Role
from ratings import concept_bulk, concept_editing
from ratings.concept_bulk import Wish
from ratings.concept_editing import Stale, version_of
from ratings.concept_locks import removal
from ratings.models import DueExtension, FieldSummary
from ratings.models.summary import Section
from ratings.states import RoundState
from ratings.workflow import Impossible
from tests import factories as make
from tests.conftest import SignedInClient
from tests.query_counts import QueryCounts
from tests.ratings.concept_edits import SignIn, leader, reported, save

pytestmark = pytest.mark.django_db


def test_a_free_change_is_written_with_who_and_what() -> None:
    measure, user = make.measure("1.1"), leader()
    key = measure.key
    assert save(measure, user, title="  Sprach\x00kurse \n für alle ", is_mandatory=True) == ("title", "is_mandatory")
    measure.refresh_from_db()
    assert (measure.title, measure.is_mandatory, measure.key) == ("Sprachkurse für alle", True, key)
    entry = measure.history.first()
    assert (entry.history_user, entry.history_change_reason) == (user, "geändert: Titel, Pflichtaufgabe (P)")
    count = measure.history.count()
    assert save(measure, user, title=measure.title) == ()
    assert measure.history.count() == count


# What is entered for a part, and what the answer must say.
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "number of another Ziel": ("goal", {"number": "2"}, "hat schon ein anderes Ziel"),
    "the same but for case": ("goal", {"number": "m 3"}, "hat schon ein anderes Ziel"),
    "number empty": ("goal", {"number": " "}, "höchstens 20 Zeichen"),
    "number with a slash": ("goal", {"number": "1/2"}, "höchstens 20 Zeichen"),
    "number of dots": ("goal", {"number": "..."}, "höchstens 20 Zeichen"),
    "text empty": ("goal", {"text": "\x00"}, "Dieses Feld"),
    "unknown Zielart": ("goal", {"kind": "traum"}, "traum"),
    "title empty": ("measure", {"title": "  "}, "Dieses Feld"),
    "title too long": ("measure", {"title": "x" * 301}, "300"),
    "place taken": ("measure", {"position": 2}, "1.2 ist schon"),
    "place zero": ("measure", {"position": 0}, "von 1 bis 999"),
    "place too far": ("measure", {"position": 40000}, "von 1 bis 999"),
    "title of another heading": ("challenge", {"title": "ZWEITE"}, "gibt es hier schon"),
    "period turned round": ("concept", {"period_end": "2001-01-01"}, "vor ihrem Anfang"),
}


@pytest.mark.parametrize(("which", "values", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(which: str, values: dict[str, Any], words: str) -> None:
    measure = make.measure("1.1")
    concept = measure.concept
    make.measure("1.2", concept=concept)
    for number in ("2", "M 3"):
        make.goal(number, concept=concept)
    challenge = measure.goal.challenge
    make.challenge(challenge.action_field, title="Zweite")
    part: Any = {"measure": measure, "goal": measure.goal, "challenge": challenge, "concept": concept}[which]
    with pytest.raises(ValidationError) as refused:
        save(part, leader(), **values)
    assert words in str(refused.value)


@pytest.mark.parametrize("which", ["goal", "challenge", "action_field"])
def test_nothing_leaves_its_konzept(which: str) -> None:
    measure, foreign = make.measure("1.1"), make.measure("1.1", concept=make.concept())
    goal, challenge = measure.goal, measure.goal.challenge
    part: Any = {"goal": measure, "challenge": goal, "action_field": challenge}[which]
    value = {"goal": foreign.goal, "challenge": foreign.goal.challenge, "action_field": foreign.goal.challenge.action_field}[
        which
    ]
    with pytest.raises(ValidationError, match="anderen Konzept"):
        save(part, leader(), **{which: value})


def test_only_the_evaluationsleitung_of_this_konzept_edits(client_as: SignIn) -> None:
    measure = make.measure("1.1")
    for user in (make.member(Role.RECORDER), make.member(Role.COORDINATOR, concept=make.concept())):
        for act in (
            lambda user=user: save(measure, user, title="Neu"),
            lambda user=user: concept_editing.remove(measure, seen=version_of(measure, Measure), user=user),
            lambda user=user: concept_editing.move(measure, up=True, seen_position=1, user=user),
            lambda user=user: concept_editing.add(Goal(concept=measure.concept), user=user),
            lambda user=user: concept_bulk.preview(measure.concept, [measure.pk], Wish(sets_lead=True), user=user),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_headings_keep_an_order_without_gaps() -> None:
    concept, user = make.concept(), leader()
    first, second, third = (make.action_field(concept, title=title) for title in "ABC")

    def order() -> list[tuple[int, str]]:
        return list(concept.action_fields.order_by("position").values_list("position", "title"))

    save(third, user, position=1)
    assert order() == [(1, "C"), (2, "A"), (3, "B")]
    first.refresh_from_db()
    concept_editing.move(first, up=False, seen_position=2, user=user)
    assert order() == [(1, "C"), (2, "B"), (3, "A")]
    with pytest.raises(Impossible, match="schon am Ende"):
        concept_editing.move(first, up=False, seen_position=3, user=user)
    with pytest.raises(Impossible, match="inzwischen geändert"):
        concept_editing.move(first, up=True, seen_position=2, user=user)
    concept_editing.add(ActionField(concept=concept, title="D", position=2), user=user)
    assert order() == [(1, "C"), (2, "D"), (3, "B"), (4, "A")]
    second.refresh_from_db()
    assert second.history.first().history_change_reason == "Reihenfolge geändert"


def test_a_challenge_moves_to_another_handlungsfeld() -> None:
    field = make.action_field()
    other = make.action_field(field.concept)
    moved, stays = make.challenge(field, title="Wandert"), make.challenge(other, title="Bleibt")
    assert set(save(moved, leader(), action_field=other, position=1)) == {"action_field"}
    assert list(other.challenges.order_by("position").values_list("title", flat=True)) == ["Wandert", "Bleibt"]
    stays.refresh_from_db()
    assert stays.position == 2


def test_measures_swap_their_numbers_and_keep_their_keys() -> None:
    first = make.measure("1.1", title="Eins")
    second, user = make.measure("1.2", concept=first.concept, title="Zwei"), leader()
    keys = {first.pk: first.key, second.pk: second.key}
    concept_editing.move(second, up=True, seen_position=2, user=user)
    assert list(first.goal.measures.order_by("position").values_list("title", "position")) == [("Zwei", 1), ("Eins", 2)]
    assert dict(Measure.objects.values_list("pk", "key")) == keys
    round_ = make.round(first.concept)
    make.submission(make.report(second, round=round_))
    first.refresh_from_db()
    with pytest.raises(Impossible, match="1.1 behält seine Nummer"):
        concept_editing.move(first, up=True, seen_position=2, user=user)


def test_a_new_number_renames_the_measures_of_a_ziel() -> None:
    measure = make.measure("3.1")
    key = measure.key
    assert concept_editing.renumbered(measure.goal, "M 3") == [("3.1", "M 3.1", measure.title)]
    save(measure.goal, leader(), number=" M  3 ")
    measure = Measure.objects.select_related("goal").get(pk=measure.pk)
    assert (measure.number, measure.key, measure.goal.sort_key) == ("M 3.1", key, "M 000003")


def test_a_new_measure_gets_a_key_that_nobody_ever_had() -> None:
    goal, user = make.goal("7"), leader()
    new = concept_editing.add(Measure(concept=goal.concept, goal=goal, position=1, title="Neu"), user=user)
    assert isinstance(new, Measure)
    key = new.key
    concept_editing.remove(new, seen=version_of(new, Measure), user=user)
    again = concept_editing.add(Measure(concept=goal.concept, goal=goal, position=1, title="Neu"), user=user)
    assert isinstance(again, Measure)
    assert again.key != key
    assert Measure.history.filter(key=key, history_type="-").get().history_change_reason == "entfernt"


def _owed(measure: Measure) -> None:
    make.report(measure)


def _rated(measure: Measure) -> None:
    make.agreed_rating(measure, round=make.round(measure.concept, state=RoundState.CLOSED))


def _frozen(measure: Measure) -> None:
    make.snapshot(make.round(measure.concept, state=RoundState.CLOSED), data={"rows": [{"key": measure.key}]})


def _followed(measure: Measure) -> None:
    make.measure("1.1", concept=make.concept()).predecessors.add(measure)


def _extended(measure: Measure) -> None:
    round_ = make.round(measure.concept)
    DueExtension.objects.create(round=round_, measure=measure, due_on=round_.due_on, reason="x", granted_at="2026-01-01T00:00Z")


STAYS: dict[str, tuple[Callable[[Measure], None], str]] = {
    "a report is owed": (_owed, "ein Bericht angefordert"),
    "rated": (_rated, "abgestimmte Bewertung"),
    "in a frozen result": (_frozen, "im Ergebnis von"),
    "continued": (_followed, "führt diese Maßnahme fort"),
    "with a longer deadline": (_extended, "ein Bericht angefordert"),
}


@pytest.mark.parametrize(("happened", "words"), STAYS.values(), ids=STAYS)
def test_what_was_part_of_a_round_is_not_removed(happened: Callable[[Measure], None], words: str) -> None:
    measure = make.measure("1.1")
    assert removal(measure)
    happened(measure)
    with pytest.raises(Impossible, match=words):
        concept_editing.remove(measure, seen=version_of(measure, Measure), user=leader())
    assert Measure.objects.filter(pk=measure.pk).exists()


def test_only_what_is_empty_is_removed() -> None:
    measure, user = make.measure("1.1"), leader()
    make.responsibility(measure)
    goal = measure.goal
    challenge, field = goal.challenge, goal.challenge.action_field
    for part in (field, challenge, goal):
        assert "zuerst" in removal(part).reason
    for empty in (measure, goal, challenge):
        concept_editing.remove(empty, seen=version_of(empty, type(empty)), user=user)
    summary = FieldSummary.objects.create(
        round=make.round(field.concept), section=Section.FIELD, field=field, edited_by=user, edited_at="2026-01-01T00:00Z"
    )
    assert "Evaluationsbericht" in removal(field).reason
    summary.delete()
    concept_editing.remove(field, seen=version_of(field, ActionField), user=user)
    assert Concept.objects.filter(pk=field.concept_id, action_fields=None).exists()
    assert Responsibility.history.filter(history_type="-").get().history_change_reason == "Maßnahme 1.1 entfernt"


def test_the_slower_of_two_people_sees_both_versions(coordinator: SignedInClient) -> None:
    measure, other = make.measure("1.1", title="Alt"), leader()
    url = f"/konzepte/{measure.concept.slug}/bearbeiten/massnahmen/{measure.pk}/"
    seen = version_of(measure, Measure)
    sent = {"title": "Meins", "goal": measure.goal_id, "position": 1, "seen": seen}
    save(measure, other, title="Ihres", is_mandatory=True)
    with pytest.raises(Stale):
        save(measure, other, seen=seen, title="Meins")
    shown = coordinator.post(url, sent)
    page = shown.content.decode()
    assert (shown.status_code, "Ihres" in page, "Meins" in page, str(other) in page) == (409, True, True, True)
    assert [one.label for one in shown.context["differences"]] == ["Titel"], "what was not touched is no conflict"
    form = shown.context["form"]
    assert form["is_mandatory"].value(), "and is taken from the newer version"
    again = coordinator.post(url, sent | {"seen": form["seen"].value(), "is_mandatory": "on"})
    assert again.status_code == 302
    measure.refresh_from_db()
    assert (measure.title, measure.is_mandatory) == ("Meins", True)


def test_what_is_gone_or_stale_is_not_removed(coordinator: SignedInClient) -> None:
    measure = make.measure("1.1")
    url = f"/konzepte/{measure.concept.slug}/bearbeiten/massnahmen/{measure.pk}/"
    seen = version_of(measure, Measure)
    save(measure, leader(), title="Neu")
    sure = {"step": "remove", "confirmed": "1"}
    assert "inzwischen geändert" in coordinator.post(url, sure | {"seen": seen}, follow=True).content.decode()
    measure.refresh_from_db()
    done = coordinator.post(url, sure | {"seen": version_of(measure, Measure)}, follow=True)
    assert "Maßnahme 1.1 ist entfernt" in done.content.decode()
    assert coordinator.get(url).status_code == 404


def test_what_goes_is_named_before_it_is_removed(coordinator: SignedInClient) -> None:
    measure = make.measure("1.1", title="Beratung <b>vor Ort</b>")
    unit = make.responsibility(measure).unit
    url = f"/konzepte/{measure.concept.slug}/bearbeiten/massnahmen/{measure.pk}/"
    shown = coordinator.post(url, {"step": "remove"})
    page = shown.content.decode()
    for words in (
        "Maßnahme 1.1 entfernen",
        "Beratung &lt;b&gt;vor Ort&lt;/b&gt;",
        measure.key,
        unit.name,
        "Noch ist nichts entfernt.",
    ):
        assert words in page, words
    assert Measure.objects.filter(pk=measure.pk).exists()
    assert coordinator.post(url, dict(shown.context["sent"]) | {"step": "remove"}).status_code == 302
    assert not Measure.objects.filter(pk=measure.pk).exists()


def test_what_may_not_be_removed_is_not_previewed(coordinator: SignedInClient) -> None:
    goal = make.measure("1.1").goal
    url = f"/konzepte/{goal.concept.slug}/bearbeiten/ziele/{goal.pk}/"
    assert "Unter diesem Ziel steht eine Maßnahme" in coordinator.post(url, {"step": "remove"}, follow=True).content.decode()


def test_the_page_of_something_held_says_why_and_offers_what_is_free(coordinator: SignedInClient) -> None:
    _, measure = reported()
    url = f"/konzepte/{measure.concept.slug}/bearbeiten/massnahmen/{measure.pk}/"
    shown = coordinator.get(url)
    assert "Jugend" in shown.content.decode()
    assert set(shown.context["form"].fields) == {"title", "is_mandatory", "reason", "seen"}
    seen = shown.context["seen"]
    assert coordinator.post(url, {"title": "Anders", "seen": seen}).status_code == 422
    # A page from before the lock still sends what is locked now: that is answered, not dropped.
    old = coordinator.post(url, {"title": measure.title, "goal": measure.goal_id, "position": 9, "seen": seen})
    assert (old.status_code, "Gesperrt" in old.content.decode()) == (422, True)
    assert coordinator.post(url, {"title": "Anders", "reason": "Tippfehler", "seen": seen}).status_code == 302
    overview = coordinator.get(f"/konzepte/{measure.concept.slug}/bearbeiten/").content.decode()
    assert overview.count("<summary>gesperrt</summary>") == 1


def test_renumbering_a_ziel_is_previewed(coordinator: SignedInClient) -> None:
    measure = make.measure("3.1")
    goal = measure.goal
    url = f"/konzepte/{goal.concept.slug}/bearbeiten/ziele/{goal.pk}/"
    sent = {"number": "4", "text": goal.text, "kind": goal.kind, "challenge": goal.challenge_id, "seen": version_of(goal, Goal)}
    shown = coordinator.post(url, sent)
    assert (shown.status_code, shown.context["renamed"]) == (200, [("3.1", "4.1", measure.title)])
    other = coordinator.post(url, sent | {"number": "5", "confirmed": shown.context["digest"]})
    assert other.context["renamed"][0][1] == "5.1", "a confirmation counts for what was shown"
    assert coordinator.post(url, sent | {"confirmed": shown.context["digest"]}).status_code == 302
    goal.refresh_from_db()
    assert goal.number == "4"


def test_a_konzept_is_built_in_the_browser(coordinator: SignedInClient) -> None:
    concept = make.concept()
    page = f"/konzepte/{concept.slug}/bearbeiten"
    assert "Legen Sie zuerst ein Ziel an" in coordinator.get(f"{page}/massnahmen/neu/", follow=True).content.decode()
    coordinator.post(f"{page}/handlungsfelder/neu/", {"title": "Sprache", "position": 1})
    coordinator.post(
        f"{page}/herausforderungen/neu/", {"title": "Kurse", "position": 1, "action_field": ActionField.objects.get().pk}
    )
    challenge = Challenge.objects.get()
    goal_data = {"number": "1", "text": "Alle finden einen Kurs.", "kind": "process", "challenge": challenge.pk}
    coordinator.post(f"{page}/ziele/neu/?in={challenge.pk}", goal_data)
    goal = Goal.objects.get()
    for title in ("Beratung", "Kursbörse"):
        done = coordinator.post(
            f"{page}/massnahmen/neu/?in={goal.pk}", {"title": title, "goal": goal.pk, "position": ""}, follow=True
        )
        assert "ist angelegt" in done.content.decode()
    assert [measure.number for measure in goal.measures.order_by("position")] == ["1.1", "1.2"]
    assert goal.history.first().history_user == coordinator.user
    for bad in ("x", "9" * 30, "0"):
        assert coordinator.get(f"{page}/massnahmen/neu/?in={bad}").status_code == 404
    foreign = make.goal()
    assert coordinator.get(f"{page}/massnahmen/neu/?in={foreign.pk}").status_code == 404
    taken = coordinator.post(f"{page}/massnahmen/neu/", {"title": "Dritte", "goal": goal.pk, "position": 2})
    assert (taken.status_code, "1.2 ist schon" in taken.content.decode()) == (422, True)
    elsewhere = coordinator.post(f"{page}/massnahmen/neu/", {"title": "Fremd", "goal": foreign.pk, "position": 1})
    assert elsewhere.status_code == 422


@pytest.mark.parametrize("move", ["", "x", "massnahmen-1-up", "ziele-1-up-1", "massnahmen-" + "9" * 30 + "-up-1"])
def test_a_move_that_does_not_exist(move: str, coordinator: SignedInClient) -> None:
    concept = make.concept()
    answer = coordinator.post(f"/konzepte/{concept.slug}/bearbeiten/", {"move": move}, follow=True)
    assert "Diesen Schritt gibt es nicht" in answer.content.decode()


@pytest.mark.parametrize("measures", [2, 9])
def test_pages_cost_the_same_whatever_the_size(
    measures: int, coordinator: SignedInClient, assert_query_count: QueryCounts
) -> None:
    round_ = make.filled_round(measures)
    measure = round_.concept.measures.first()
    assert measure is not None
    page = f"/konzepte/{round_.concept.slug}/bearbeiten"
    assert_query_count("concept_edit", coordinator, f"{page}/")
    assert_query_count("concept_units", coordinator, f"{page}/zustaendigkeiten/?stand=ohne")
    assert_query_count("concept_part", coordinator, f"{page}/massnahmen/{measure.pk}/")
    assert_query_count("concept_part goal", coordinator, f"{page}/ziele/{measure.goal_id}/")


def test_the_page_of_the_konzept_leads_here_for_those_who_may(coordinator: SignedInClient, board: SignedInClient) -> None:
    concept = make.concept()
    pages = [client.get(f"/konzepte/{concept.slug}/").content.decode() for client in (coordinator, board)]
    assert [f"/konzepte/{concept.slug}/bearbeiten/" in page for page in pages] == [True, False]


def test_moving_says_the_new_numbers_beside_the_moved_one(coordinator: SignedInClient) -> None:
    first = make.measure("1.1", title="Beratung")
    make.measure("1.2", concept=first.concept)
    url = f"/konzepte/{first.concept.slug}/bearbeiten/"
    answer = coordinator.post(url, {"move": f"massnahmen-{first.pk}-down-1"})
    assert answer["Location"] == f"{url}#massnahmen-{first.pk}"
    page = coordinator.get(url).content.decode()
    said = page.partition('class="messages-here"')[2]
    assert "„Beratung“ ist nach unten gerückt. Sie hat jetzt die Nummer 1.2, ihre Nachbarin 1.1." in said
