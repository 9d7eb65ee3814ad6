"""Documents of reimbursements: handed to their person and to whoever reviews, as files to be saved."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import flask
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import current, needs, transact
from api.conventions.smorest import Blueprint
from wallet.reimbursements import copies, documents, listing
from wallet.reimbursements.documents import EXTENSIONS
from wallet.reimbursements.records import Document

blueprint = Blueprint("documents", __name__, url_prefix="/v1/reimbursements", description=__doc__)

# Whatever a browser makes of it: nothing in it runs, loads or sends.
_POLICY = "sandbox; default-src 'none'"
_FILE = {"schema": {"type": "string", "format": "binary"}}


@blueprint.get("/<string:reimbursement_id>/documents/<string:document_id>")
@needs("reimbursements:read")
@blueprint.doc(
    responses={
        "200": {"description": "The document", "content": dict.fromkeys(EXTENSIONS, _FILE)},
        "404": "NOT_FOUND",
    }
)
def download(reimbursement_id: str, document_id: str) -> flask.Response:
    """Download a document

    As it was handed in, to be saved. Who downloaded it is written in the audit trail.
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
