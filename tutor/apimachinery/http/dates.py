"""Dates as HTTP's headers have them."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime


def http_date(moment: datetime) -> str:
    """A moment in UTC, 'Mon, 04 May 2026 09:00:00 GMT' (http.TimeFormat)."""
    return format_datetime(moment, usegmt=True)
