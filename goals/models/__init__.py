from goals.models.concept import ActionField, Challenge, Concept
from goals.models.concept_import import ConceptImport
from goals.models.goal import Goal, GoalKind, Measure
from goals.models.indicator import Indicator, IndicatorValue
from goals.models.organisation import Deputy, Membership, OrgUnit, Responsibility, ResponsibilityRole, Role

__all__ = [
    "ActionField",
    "Challenge",
    "Concept",
    "ConceptImport",
    "Deputy",
    "Goal",
    "GoalKind",
    "Indicator",
    "IndicatorValue",
    "Measure",
    "Membership",
    "OrgUnit",
    "Responsibility",
    "ResponsibilityRole",
    "Role",
]
