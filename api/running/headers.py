"""Headers that tell browsers and caches what they may do with an answer: as little as an API needs."""

from __future__ import annotations

import flask
from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

_YEAR = 31_536_000
# Nothing from elsewhere and nothing written into a page: scripts and styles are files of ours. Swagger UI draws its
# icons as data: pictures.
_POLICY = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "data:")
    .connect_src("'self'")
    .font_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'")
)
HEADERS = dict(
    Secure(
        csp=_POLICY,
        hsts=StrictTransportSecurity().max_age(_YEAR).include_subdomains(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        referrer=ReferrerPolicy().no_referrer(),
        permissions=PermissionsPolicy().camera().geolocation().microphone().payment().usb(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    ).headers
)


def watch(app: flask.Flask) -> None:
    """Give every answer of an application its headers."""
    app.after_request(_put)


def _put(response: flask.Response) -> flask.Response:
    for name, value in HEADERS.items():
        # A file of somebody's has a stricter policy of its own.
        response.headers.setdefault(name, value)
    # Sentences are in the language asked for.
    response.vary.add("Accept-Language")
    if "Cache-Control" not in response.headers:
        # What has a version may be kept by its reader and asked about; nothing else is kept, and nobody else keeps it.
        response.headers["Cache-Control"] = "private, no-cache" if "ETag" in response.headers else "no-store"
    return response
