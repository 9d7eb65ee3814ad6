"""Cards: an application with its steps, what its last attestation came to, and its voucher."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from plans.social import applications, assessments, steps
from plans.social.applications import Application
from plans.social.isee import Assessment
from plans.social.steps import StepTaken
from wallet.social import vouchers
from wallet.social.vouchers import Voucher


@dataclass(frozen=True, slots=True)
class Card:
    """An application as offices and its citizen read it; `given_back_minor` is what this step gave back."""

    application: Application
    assessment: Assessment
    steps: tuple[StepTaken, ...]
    voucher: Voucher | None
    given_back_minor: int = 0


def get(session: Session, book_id: int, application_id: str, *, given_back_minor: int = 0) -> Card:
    """
    Return the card of an application.

    Errors: ApplicationNotFound.
    """
    found = applications.get(session, book_id, application_id)
    return Card(
        found,
        assessments.latest(session, book_id, found.application_id),
        steps.history(session, book_id, found.application_id),
        vouchers.of_application(session, book_id, found.application_id),
        given_back_minor,
    )
