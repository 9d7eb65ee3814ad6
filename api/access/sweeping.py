"""Sweeping: what access keeps for minutes or months is forgotten when its time is over; the audit trail stays."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from api.access import devices, invitations, pace, proofs, tokens


def sweep(session: Session) -> Mapping[str, int]:
    """Forget tokens, invitations, links, known browsers and failures that are over, and return how many of each."""
    return {
        "tokens": tokens.sweep(session),
        "invitations": invitations.sweep(session),
        "proofs": proofs.sweep(session),
        "devices": devices.sweep(session),
        "pace": pace.sweep(session),
    }
