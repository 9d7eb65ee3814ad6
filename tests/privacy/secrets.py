"""What an employer must never read: every secret of a database, and the texts in which it could stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import labels
from plans.rulebook.words import Category
from reports import words
from tests.reports.test_formats import text_of

# How what we make ourselves is named.
_ID = "^[a-z]{3}_[0-9A-Z]{26}(:|$)"
_SECRETS = {
    "provider": "select code, name from provider",
    "service": "select code, name from service",
    "relative": (
        "select r.relative_id, case when not exists (select from reimbursement m where m.book_id = r.book_id"
        "   and m.relative_id = r.relative_id and m.approved_minor > 0) then r.tax_code end from relative r"
    ),
    # Box 705 of the Certificazione Unica names the person that an expense was given back for.
    "relative given back for": (
        "select r.tax_code, null from relative r where exists (select from reimbursement m"
        "  where m.book_id = r.book_id and m.relative_id = r.relative_id and m.approved_minor > 0)"
    ),
    # A relative may bear the name of a colleague: that name is no secret.
    "relative's name": (
        "select r.first_name || ' ' || r.last_name, r.last_name || ' ' || r.first_name from relative r"
        " where not exists (select from employee e where e.first_name = r.first_name and e.last_name = r.last_name)"
    ),
    "redemption code": 'select code, null from "authorization" where code is not null',
    "authorization": 'select authorization_id, null from "authorization"',
    "citizen": "select tax_code, null from employee join funder using (book_id) where kind <> 'EMPLOYER'",
    "document": "select supplier, document_no from reimbursement",
    "expense": "select expense, reimbursement_id from reimbursement",
    "application": "select protocol, case_ref from social_application",
    "dispute": "select nullif(note, ''), dispute_id from dispute_event",
    # A grant's memo is the reference of the file that the office itself sent; a transfer's is the bank's, of a month.
    "free text": (
        "select memo, null from entry"
        " where kind not in ('grant', 'commitment', 'funding', 'opening', 'tender_transfer')"
        f" and memo <> '' and memo !~ '{_ID}'"
    ),
    "id": f"select memo, null from entry where memo ~ '{_ID}' and memo !~ '^aut_'",
}
# What is too short to be told from a word like any other is looked for as a word of its own.
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Secrets:
    """Every secret with what it is, those that may stand inside a longer word apart."""

    long: dict[str, str]
    short: dict[str, str]

    def found_in(self, text: str, *, allowed: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Return what a text tells that it should not, but for the kinds that this reader may see."""
        dense, told = re.sub(r"\s", "", text), set(re.findall(r"[A-Za-z0-9_-]+", text))
        free = set(allowed)
        return [
            *((kind, secret) for secret, kind in self.long.items() if kind not in free and secret in dense),
            *((kind, secret) for secret, kind in self.short.items() if kind not in free and secret in told),
        ]


def of(session: Session) -> Secrets:
    """Return the secrets of a whole database."""
    long: dict[str, str] = {}
    short: dict[str, str] = {}
    for kind, statement in _SECRETS.items():
        for row in session.execute(sa.text(statement)):
            for value in filter(None, row):
                dense = re.sub(r"\s", "", value)
                (short if len(dense) < _SHORT else long)[dense if len(dense) >= _SHORT else value] = kind
    return Secrets(long, short)


def people(session: Session) -> frozenset[str]:
    """Return the tax code of every employee: the name that no two of them share."""
    found = sa.text("select tax_code from employee join funder using (book_id) where kind = 'EMPLOYER'")
    return frozenset(session.scalars(found))


def categories() -> frozenset[str]:
    """Return every name that a fiscal category other than fringe benefits goes by, in both languages, and its code."""
    found = set()
    for category in Category:
        if category is not Category.FRINGE:
            named = (
                words.read("reports.plan_statement", language).named("category", category) for language in ("it", "en")
            )
            found |= {str(category), labels.italian(category), *named}
    return frozenset(found)


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file: a row of a table, a line of a page."""
    if path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows(values_only=True):
                yield " ".join(str(cell) for cell in row if cell is not None)
    else:
        yield from text_of(path).splitlines()


def beside_names(path: Path, codes: frozenset[str], named: frozenset[str]) -> list[str]:
    """Return the lines in which a person stands beside a fiscal category."""
    return [line for line in lines(path) if any(code in line for code in codes) and any(name in line for name in named)]
