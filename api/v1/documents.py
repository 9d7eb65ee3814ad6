"""Documents of reimbursements: handed to their person and to whoever reviews, as files to be saved."""

from __future__ import annotations

import flask

from api.access.identity import needs
from api.conventions import attachments
from api.conventions.smorest import Blueprint
from wallet.reimbursements.documents import EXTENSIONS

blueprint = Blueprint("documents", __name__, url_prefix="/v1/reimbursements", description=__doc__)

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
    return attachments.document(reimbursement_id, document_id)
