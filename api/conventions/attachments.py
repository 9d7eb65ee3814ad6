"""Attachments: a person's document, given as a file to be saved and never as a page, with the trail of who took it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import flask
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import current, transact
from config import clock
from reports import payout_file
from reports.payout_file import Format
from wallet.reimbursements import copies, documents, listing
from wallet.reimbursements.records import Document
from wallet.settlement import listings
from wallet.settlement.payouts import Run

# Whatever a browser makes of it: nothing in it runs, loads or sends.
_POLICY = "sandbox; default-src 'none'"


def bank_file(run_id: str, form: Format) -> flask.Response:
    """
    Give the bank's file of a run, and write down who has taken it: what is in it may be paid from now on.

    Errors: PayoutRunNotFound; those of `payout_file.write`.
    """

    def work(session: Session) -> tuple[Run, bytes]:
        run = listings.run(session, run_id)
        content = payout_file.write(run, form, clock.now())
        audit.write(session, current().doer, "payouts:read", target=run_id)
        return run, content

    run, content = transact(work)
    response = flask.Response(content, content_type="application/xml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{run.reference}-{form.lower()}.xml")
    return response


def document(reimbursement_id: str, document_id: str) -> flask.Response:
    """
    Give a document of a reimbursement as it was handed in.

    Errors: ReimbursementNotFound, ReimbursementDocumentNotFound.
    """
    doer = current().doer

    def work(session: Session) -> Document:
        found = listing.document(session, reimbursement_id, document_id)
        book_id, employee_id = listing.book_of(session, reimbursement_id)
        about = replace(doer, book_id=book_id, employee_id=employee_id)
        audit.write(session, about, "reimbursements:read", target=document_id)
        return found

    found = transact(work)
    response = flask.Response(copies.read(documents.store(), found), mimetype=found.media_type)
    ascii_name = found.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(found.name)}"
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
