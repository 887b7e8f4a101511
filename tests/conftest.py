import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from xdist.scheduler import LoadScopeScheduling

from evalportal.accounts.models import User
from goals.models import Concept, OrgUnit, Role
from tests import factories as make
from tests.query_counts import QueryCounts


class SignedInClient(Client):
    """A client and the person who is signed in with it."""

    user: User


class ByFile(LoadScopeScheduling):
    """How `-n` shares out the tests: a file stays in one process, for what it builds once; the walk, dear as it is, is shared test by test.

    The mark `xdist_group` would say that beside the tests, but pytest-xdist 3.8 does not hand it on under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file.endswith("test_accessibility.py") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # the long ones in the browser stand together and are not left for the end
    return ByFile(config, log)


def _knows_the_database(item: pytest.Item) -> bool:
    used = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or used & {"db", "transactional_db", "live_server"})


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Leave out what the run on the other database has: on PostgreSQL what knows of no database, on SQLite what is for PostgreSQL."""
    yield
    if connection.vendor == "postgresql":
        left_out = [item for item in items if not _knows_the_database(item)]
    else:
        left_out = [item for item in items if item.get_closest_marker("postgresql")]
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
