"""What the tests of the database constraints of each app share."""

from collections.abc import Callable, Iterable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

# Name of the constraint and a function that breaks it, and only it.
Case = tuple[str, Callable[[], object]]


def declared(app_label: str) -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    """Return every constraint of the models of an app by its name, history tables included."""
    return {
        constraint.name: (model, constraint)
        for model in apps.get_app_config(app_label).get_models(include_auto_created=True)
        for constraint in model._meta.constraints
    }


def _message(model: type[models.Model], constraint: models.BaseConstraint) -> str:
    """Return what the database says when `constraint` is broken; SQLite names the columns of a unique one, not the constraint."""
    if connection.vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        column_of = {field.name: field.column for field in model._meta.fields}
        columns = (f"{model._meta.db_table}.{column_of[field]}" for field in constraint.fields)
        return f"UNIQUE constraint failed: {', '.join(columns)}"
    return constraint.name


def assert_refused(app_label: str, name: str, violate: Callable[[], object]) -> None:
    """Check that the database refuses what `violate` writes, and refuses it because of the constraint `name`."""
    model, constraint = declared(app_label)[name]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        violate()
    assert _message(model, constraint) in str(refusal.value)


def assert_complete(app_label: str, cases: Iterable[Case]) -> None:
    """Check that every constraint of the app has a case, and every case a constraint."""
    assert {name for name, _ in cases} == set(declared(app_label))
