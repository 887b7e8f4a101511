from ratings.models.extension import DueExtension
from ratings.models.imports import ImportDraft, ImportKind
from ratings.models.mail import MailItem, MailKind, MailPreference, MailState, OutgoingMail
from ratings.models.meeting import AgendaItem, AgendaOrigin, AgendaOutcome, Meeting, MeetingState
from ratings.models.rating import AgreedRating
from ratings.models.report import Draft, Inquiry, InquiryMessage, ObstacleCategory, StatusReport, Submission
from ratings.models.round import ReportingRound
from ratings.models.saved_view import SavedView
from ratings.models.snapshot import Snapshot
from ratings.models.summary import ChapterTexts, FieldSummary, Section
from ratings.models.supplement import Supplement

__all__ = [
    "AgendaItem",
    "AgendaOrigin",
    "AgendaOutcome",
    "AgreedRating",
    "ChapterTexts",
    "Draft",
    "DueExtension",
    "ImportDraft",
    "ImportKind",
    "FieldSummary",
    "Inquiry",
    "InquiryMessage",
    "MailItem",
    "MailKind",
    "MailPreference",
    "MailState",
    "Meeting",
    "MeetingState",
    "ObstacleCategory",
    "OutgoingMail",
    "ReportingRound",
    "SavedView",
    "Section",
    "Snapshot",
    "StatusReport",
    "Submission",
    "Supplement",
]
