"""Django's admin is no back door: what the rules of the portal govern can only be looked at there."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from evalportal.models import BarrierReport
from goals.models import Concept, Measure, OrgUnit, Responsibility
from ratings.models import (
    AgreedRating,
    Draft,
    Inquiry,
    ReportingRound,
    Snapshot,
    StatusReport,
    Submission,
    Supplement,
)
from tests import factories as make

pytestmark = pytest.mark.django_db

READ_ONLY = [StatusReport, Submission, AgreedRating, Snapshot, Inquiry, Supplement, Responsibility, BarrierReport]


@pytest.fixture
def superuser() -> Client:
    client = Client()
    user = make.user(is_staff=True, is_superuser=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _rows() -> None:
    round_ = make.filled_round(3)
    make.snapshot(round_)
    make.supplement(round=round_)
    make.barrier_report()


def _address(model: Any, *parts: object) -> str:
    return "/verwaltung/" + "/".join(map(str, (model._meta.app_label, model._meta.model_name, *parts))) + "/"


@pytest.mark.parametrize("model", READ_ONLY)
def test_work_of_the_portal_is_read_only(superuser: Client, model: Any) -> None:
    _rows()
    row = model.objects.first()
    assert superuser.get(_address(model)).status_code == 200
    assert superuser.get(_address(model, row.pk, "change")).status_code == 200
    before = model.objects.values().get(pk=row.pk)
    assert superuser.post(_address(model, row.pk, "change"), {"state": "open", "grade": "gering"}).status_code == 403
    assert superuser.get(_address(model, "add")).status_code == 403
    assert superuser.post(_address(model, row.pk, "delete"), {"post": "yes"}).status_code == 403
    assert model.objects.values().get(pk=row.pk) == before


def test_drafts_are_not_in_the_admin() -> None:
    assert not admin.site.is_registered(Draft)


def test_a_submission_hides_the_note_and_the_names(superuser: Client) -> None:
    writer = make.user(last_name="Geheimname")
    submission = make.submission(internal_note="nur für uns", submitted_by=writer)
    page = superuser.get(_address(Submission, submission.pk, "change")).content.decode()
    assert submission.situation in page
    assert "nur für uns" not in page
    assert "Geheimname" not in page


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (ReportingRound, {"state", "concept", "slug", "has_ratings", "opens_on", "due_on", "closes_on"}),
        (OrgUnit, {"is_active", "successor"}),
        (Measure, {"key", "concept"}),
    ],
)
def test_fields_that_rounds_depend_on_are_locked(superuser: Client, model: Any, fields: set[str]) -> None:
    _rows()
    row = model.objects.first()
    form = superuser.get(_address(model, row.pk, "change")).context["adminform"].form
    assert not fields & set(form.fields)


def test_a_new_massnahme_gets_its_key(superuser: Client) -> None:
    assert {"key", "concept"} <= set(superuser.get(_address(Measure, "add")).context["adminform"].form.fields)


@pytest.mark.parametrize("model", [ReportingRound, OrgUnit, AgreedRating, Concept])
def test_nobody_goes_back_to_an_old_entry_of_the_history(superuser: Client, model: Any) -> None:
    _rows()
    row = model.objects.first()
    entry = row.history.first()
    assert superuser.get(_address(model, row.pk, "history", entry.pk)).status_code == 200
    before = row.history.count()
    assert superuser.post(_address(model, row.pk, "history", entry.pk), {"title": "x"}).status_code == 403
    assert row.history.count() == before


def test_people_and_their_roles_are_kept_there(superuser: Client) -> None:
    person = make.member("reporter")
    page = superuser.get(f"/verwaltung/accounts/user/{person.pk}/change/").content.decode()
    assert "memberships-0-role" in page


def test_every_page_of_the_admin_answers(superuser: Client) -> None:
    _rows()
    make.indicator()
    for model in admin.site._registry:
        if model._meta.app_label in ("goals", "ratings", "accounts", "evalportal"):
            assert superuser.get(_address(model)).status_code == 200, model
