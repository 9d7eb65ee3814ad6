"""QR codes as pictures, for programs and for pages."""

from __future__ import annotations

import io

import segno


def picture(code: str, kind: str) -> bytes:
    """Draw a code: dots of eight pixels and the margin that readers need, without a style that a page could forbid."""
    drawn = io.BytesIO()
    symbol = segno.make(code, error="m", micro=False, boost_error=True)
    options = {"xmldecl": False, "title": code, "svgclass": None, "lineclass": None} if kind == "svg" else {}
    symbol.save(drawn, kind=kind, scale=8, border=4, dark="#000", light="#fff", **options)
    return drawn.getvalue()
