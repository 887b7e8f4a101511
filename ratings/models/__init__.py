from ratings.models.rating import AgreedRating
from ratings.models.report import Draft, Inquiry, InquiryMessage, ObstacleCategory, StatusReport, Submission
from ratings.models.round import ReportingRound
from ratings.models.snapshot import Snapshot

__all__ = [
    "AgreedRating",
    "Draft",
    "Inquiry",
    "InquiryMessage",
    "ObstacleCategory",
    "ReportingRound",
    "Snapshot",
    "StatusReport",
    "Submission",
]
