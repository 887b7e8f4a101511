"""The minutes of a meeting as a Word file, for everyone who reads meetings."""

from io import BytesIO

from django.http import FileResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from goals.requests import SignedInRequest
from ratings.documents.minutes import minutes_name, write_minutes
from ratings.documents.word import CONTENT_TYPE
from ratings.minutes import minutes_of
from ratings.views.meetings import find_meeting


@never_cache
@require_safe
def minutes(request: SignedInRequest, pk: int) -> FileResponse:
    """Send the Ergebnisprotokoll; while the meeting is not ended it says „Entwurf“. 404 for everyone outside the Jour fixe."""
    content = minutes_of(find_meeting(request, pk))
    out = BytesIO()
    write_minutes(content, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=minutes_name(content), content_type=CONTENT_TYPE)
