"""The committed baseline of queries per page, `query_counts.json`: any change fails, in either direction.

`UPDATE_QUERY_COUNTS=1 .venv/bin/python -m pytest …` writes what it counts instead; look at the difference before you commit it.
"""

import json
import os
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

BASELINE = Path(__file__).with_name("query_counts.json")

# Opening and closing transactions depends on how the test runs, not on the page.
_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# What every signed-in request costs: one look at the session and one at the user.
_FRAME = ('FROM "django_session"', 'FROM "accounts_user"')


def beyond_session_and_user(statements: list[str]) -> list[str]:
    """Return `statements` without transactions and without the first reading of the session and of the user."""
    counted, frame = [], list(_FRAME)
    for sql in statements:
        table = next((table for table in frame if sql.startswith("SELECT") and table in sql), None)
        if table:
            frame.remove(table)
        elif not sql.startswith(_TRANSACTION):
            counted.append(sql)
    return counted


class QueryCounts:
    """Callable that a test gets as `assert_query_count`."""

    def __init__(self, baseline: Path = BASELINE) -> None:
        self.baseline = baseline

    def __call__(
        self, name: str, client: Client, url: str, *, most: int | None = None, method: str = "get", **request: Any
    ) -> HttpResponseBase:
        """Request `url`, check status 200 and the count under `name` (never more than `most`); return the response.

        A streamed answer is read to its end while counting. Call it twice with the same name and different amounts of rows to
        show that the count does not grow.
        """
        with CaptureQueriesContext(connection) as context:
            response: Any = getattr(client, method)(url, **request)
            if getattr(response, "streaming", False):
                response.streaming_content = [b"".join(response.streaming_content)]
        assert response.status_code == 200, f"{url} answered {response.status_code}"
        statements = beyond_session_and_user([query["sql"] for query in context.captured_queries])
        listing = "\n".join(f"{n}. {sql}" for n, sql in enumerate(statements, 1))
        assert most is None or len(statements) <= most, f"{name}: {len(statements)} queries, allowed are {most}\n{listing}"
        counts: dict[str, int] = json.loads(self.baseline.read_text(encoding="utf-8"))
        if os.environ.get("UPDATE_QUERY_COUNTS"):
            counts[name] = len(statements)
            self.baseline.write_text(json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        else:
            assert counts.get(name) == len(statements), (
                f"{name}: {len(statements)} queries, baseline {counts.get(name)}\n{listing}"
            )
        return response
