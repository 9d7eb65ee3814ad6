"""Searches that found nothing: what was looked for is counted, and nothing of whoever looked."""

from __future__ import annotations

import flask

from api.web import reading
from api.web.public.looking import ANYBODY, Found, SearchForm
from config import clock
from network import unmet
from network.unmet import OUTSIDE, Search

# These find nothing for other reasons than that nobody offers it, or are a page of something that was found.
_OTHER_REASONS = ("parole", "da", "a", "paga", "fornitore", "dopo", "prima")


def note(form: SearchForm, found: Found) -> None:
    """Count a search that found nothing, where that says what the catalogue lacks; browsers', and no program's."""
    nothing = form.status == 200 and not found.services and not found.choices
    looked = "Sec-Fetch-Site" in flask.request.headers and "Sec-Purpose" not in flask.request.headers
    if nothing and looked and not any(flask.request.args.get(name) for name in _OTHER_REASONS):
        reading.anyone(lambda session: unmet.count(session, _searched(form, found), clock.today()))


def _searched(form: SearchForm, found: Found) -> Search:
    place = OUTSIDE if found.comune else ""
    if found.covered_by is not None:
        place = found.covered_by.code
    # Which relative it was is nobody's matter.
    whom = form.chi.data if form.chi.data in ANYBODY else "familiare" if form.chi.data else ""
    return Search(form.territorio.data or place, form.cosa.data or "", whom, form.come.data or "")
