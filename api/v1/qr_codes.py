"""QR codes: what a person shows at a till, as a picture. It holds the redemption code and nothing else."""

from __future__ import annotations

import flask

from api.access.identity import needs, transact
from api.conventions.qr import picture
from api.conventions.smorest import Blueprint
from wallet.redemptions import vouchers

blueprint = Blueprint("qr", __name__, url_prefix="/v1/authorizations", description=__doc__)

_KINDS = {"image/svg+xml": "svg", "image/png": "png"}
_PICTURE = {"schema": {"type": "string", "contentMediaType": "image/svg+xml"}}
_PNG = {"schema": {"type": "string", "format": "binary"}}


@blueprint.get("/<string:authorization_id>/qr")
@needs("vouchers:present")
@blueprint.doc(
    responses={
        "200": {"description": "The picture", "content": {"image/svg+xml": _PICTURE, "image/png": _PNG}},
        "404": "NOT_FOUND",
        "406": "NOT_ACCEPTABLE",
    }
)
def show(authorization_id: str) -> flask.Response:
    """Show the QR code of an authorization

    As SVG, or as PNG where `Accept` asks for it. The code it holds is to be shown beside it in letters.
    """
    accepted = flask.request.accept_mimetypes
    media_type = accepted.best_match(_KINDS) if accepted else "image/svg+xml"
    if media_type is None:
        flask.abort(406)
    code = transact(lambda session: vouchers.get(session, authorization_id)).code
    response = flask.Response(picture(code, _KINDS[media_type]), mimetype=media_type)
    response.vary.add("Accept")
    return response
