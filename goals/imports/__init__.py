"""A Konzept from a table: read (`goals.sheets`) → `check_book` → preview → `create_concept`, or `find_changes` → `update_concept`."""

from goals.imports.changes import Change, Changes, find_changes
from goals.imports.check import check_book
from goals.imports.create import create_concept
from goals.imports.faults import Faulty
from goals.imports.pending import plan_of, reason_of, take_in
from goals.imports.plan import Fault, Plan
from goals.imports.units import names_of_units
from goals.imports.update import update_concept

__all__ = [
    "Change",
    "Changes",
    "Fault",
    "Faulty",
    "Plan",
    "check_book",
    "create_concept",
    "find_changes",
    "names_of_units",
    "plan_of",
    "reason_of",
    "take_in",
    "update_concept",
]
