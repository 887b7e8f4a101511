import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from evalportal.accounts.models import User
from goals.models import Concept, OrgUnit, Role
from tests import factories as make
from tests.query_counts import QueryCounts


class SignedInClient(Client):
    """A client and the person who is signed in with it."""

    user: User


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked for the other database only: it is no gap of this run, the other run has it."""
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _forbid_skip(report: Any) -> Any:
    """Under CI nothing may be skipped: a missing browser must not pass unseen."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI forbids: {report.longrepr[-1] if report.longrepr else report.nodeid}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    return _forbid_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    return _forbid_skip((yield))


@pytest.fixture
def client_as(db: None) -> Callable[..., SignedInClient]:
    """Return a function that makes a person with a role and returns a client signed in as them; its `user` is the person."""

    def sign_in(
        role: Role | str | None = None,
        unit: OrgUnit | None = None,
        *,
        concept: Concept | None = None,
        user: User | None = None,
        **fields: Any,
    ) -> SignedInClient:
        person = user or make.user()
        if role is not None:
            make.member(role, unit=unit, concept=concept, user=person, **fields)
        client = SignedInClient()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.user = person
        return client

    return sign_in


@pytest.fixture
def coordinator(client_as: Callable[..., SignedInClient]) -> SignedInClient:
    return client_as(Role.COORDINATOR)


@pytest.fixture
def recorder(client_as: Callable[..., SignedInClient]) -> SignedInClient:
    return client_as(Role.RECORDER)


@pytest.fixture
def board(client_as: Callable[..., SignedInClient]) -> SignedInClient:
    return client_as(Role.BOARD)


@pytest.fixture
def reader(client_as: Callable[..., SignedInClient]) -> SignedInClient:
    return client_as(Role.READER)


@pytest.fixture
def reporter(client_as: Callable[..., SignedInClient]) -> SignedInClient:
    """Signed in as reporter of a new unit: `reporter.user.memberships.get().unit`."""
    return client_as(Role.REPORTER)


@pytest.fixture
def assert_query_count() -> QueryCounts:
    """Compare the queries of a request with the committed baseline; see `tests.query_counts`."""
    return QueryCounts()
