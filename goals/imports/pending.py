"""Take in an upload: read it, check it, keep the plan until the person has seen the preview."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from goals.imports.check import check_book
from goals.imports.facts import read_facts
from goals.imports.faults import Faults
from goals.imports.plan import Plan, from_plain, to_plain
from goals.models import Concept, ConceptImport
from goals.permissions import may_change_concept, may_create_concept
from goals.sheets import Book, read_book
from goals.text import clean_text

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from evalportal.accounts.models import User


def take_in(upload: "UploadedFile[Any]", *, user: "User", concept: Concept | None = None) -> ConceptImport:
    """Return the checked table. Without `concept` it is for a new one, unless its Kurzname is that of one that exists.

    Raises `Unreadable`, `Faulty` and `PermissionDenied`. What was left lying too long is thrown away.
    """
    book = read_book(upload)
    concept = concept or _meant(book)
    (may_change_concept(user, concept.pk) if concept else may_create_concept(user)).require()
    plan = check_book(book, concept=concept)
    ConceptImport.objects.exclude(pk__in=ConceptImport.objects.current()).delete()
    name = clean_text(upload.name or "")[:200]
    return ConceptImport.objects.create(
        user=user, concept=concept, file_name=name, plan=to_plain(plan), created_at=timezone.now()
    )


def plan_of(pending: ConceptImport) -> Plan:
    return from_plain(pending.plan)


def reason_of(pending: ConceptImport) -> str:
    """What the entries in the history say."""
    return f"aus Tabelle „{pending.file_name}“ übernommen"


def _meant(book: Book) -> Concept | None:
    slug = read_facts(book, Faults()).get("slug")
    return Concept.objects.filter(slug=slug).first() if slug else None
