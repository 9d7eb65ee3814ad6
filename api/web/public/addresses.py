"""Addresses that people are sent, or type: what the database could not even look for is nowhere."""

from __future__ import annotations

import flask

_NO_TEXT = "\x00"


def refuse_no_text() -> None:
    """Answer that nothing is there, where a part of the address is no text."""
    asked = (flask.request.path, *(value for _, value in flask.request.args.items(multi=True)))
    if any(_NO_TEXT in part for part in asked):
        flask.abort(404)
