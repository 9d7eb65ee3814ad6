"""Attachments: a person's document, given as a file to be saved and never as a page, with the trail of who took it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import flask
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import current, transact
from wallet.reimbursements import copies, documents, listing
from wallet.reimbursements.records import Document

# Whatever a browser makes of it: nothing in it runs, loads or sends.
_POLICY = "sandbox; default-src 'none'"


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
