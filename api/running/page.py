"""The interactive page of the API: Swagger UI from the installed package, so that it works without a network."""

from __future__ import annotations

from pathlib import Path

import flask
import flask_swagger_ui

blueprint = flask.Blueprint("docs", __name__, url_prefix="/docs")

_ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>borsellino: HTTP API</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<main id="ui"></main>
<noscript>The description of this API is <a href="openapi.json">openapi.json</a>.</noscript>
<script src="swagger-ui-bundle.js"></script>
<script src="init.js"></script>
</body>
</html>
"""
# Without a validator, which would be asked over the network.
_BEGINNING = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#ui", validatorUrl: null, deepLinking: true, docExpansion: "none", filter: true
});
"""


@blueprint.get("/")
def page() -> flask.Response:
    """Show the page."""
    return flask.Response(_PAGE, mimetype="text/html")


@blueprint.get("/init.js")
def beginning() -> flask.Response:
    """Give the page's own script: the page may hold none."""
    return flask.Response(_BEGINNING, mimetype="text/javascript")


@blueprint.get("/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>")
def asset(name: str) -> flask.Response:
    """Give a file of Swagger UI, which changes only with the package."""
    return flask.send_from_directory(_ASSETS, name, max_age=86_400)
