"""Statements over all books: what a provider, the network's operator and a consultant read."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.exports.errors import NothingToInvoice
from api.exports.work import Job, Made, file_name
from config import clock
from network import territories
from reports import fattura, provider_settlement, rulebook_document, territory_clearing
from reports.provider_settlement import ProviderStatement
from reports.territory_clearing import node
from wallet.settlement import terms

# The same documents give the same archive: no file in it bears the moment of its making.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


def settlement(session: Session, job: Job) -> Made:
    """Make a provider's settlement statement."""
    found = _of_provider(session, job)
    path = job.folder / f"{file_name(found.provider_code)}-{found.ends_on}.{job.form}"
    import_module(f"reports.provider_settlement.{job.form}").write(found, path, job.language)
    return Made(path, found.holds)


def invoices(session: Session, job: Job) -> Made:
    """
    Make the invoices that a provider has to issue, one file for each, in an archive.

    Errors: NothingToInvoice.
    """
    found = _of_provider(session, job)
    documents = fattura.proformas(session, found, job.parameters.get("issued_on", clock.today()))
    if not documents:
        raise NothingToInvoice()
    write = import_module(f"reports.fattura.{job.form}").write
    # An electronic invoice is in Italian, whatever its writer speaks.
    more: dict[str, Any] = {} if job.form == "xml" else {"language": job.language}
    paths = [job.folder / f"{file_name(document.number)}.{job.form}" for document in documents]
    for document, path in zip(documents, paths, strict=True):
        write(document, path, **more)
    named = f"{file_name(found.provider_code)}-{found.ends_on}-{'fatture' if job.form == 'xml' else 'proforma'}.zip"
    return Made(_archive(job.folder / named, paths), found.holds)


def clearing(session: Session, job: Job) -> Made:
    """Make what territories owe each other for a month, or what one of them reads of it."""
    code = job.parameters.get("territory")
    place = territories.get(session, code) if code else None
    whole = territory_clearing.gather(session, job.parameters["month"], agreed=terms.agreed())
    part = None if place is None else node.of(whole, place.code, place.name)
    layout, name = job.form, f"clearing-{whole.starts_on:%Y-%m}"
    if place is not None:
        layout, name = f"node_{job.form}", f"{name}-{place.code}"
    path = job.folder / f"{file_name(name)}.{job.form}"
    import_module(f"reports.territory_clearing.{layout}").write(part or whole, path, job.language)
    return Made(path, (part or whole).holds)


def rulebook(session: Session, job: Job) -> Made:
    """Make the rules as a document to sign."""
    found = rulebook_document.gather(session)
    path = job.folder / f"{file_name(f'regole-{found.version}')}.{job.form}"
    import_module(f"reports.rulebook_document.{job.form}").write(found, path, job.language)
    return Made(path)


def _of_provider(session: Session, job: Job) -> ProviderStatement:
    assert job.provider_code is not None  # noqa: S101
    first, last = job.parameters["starts_on"], job.parameters["ends_on"]
    return provider_settlement.gather(session, job.provider_code, first, last, agreed=terms.agreed())


def _archive(path: Path, members: Sequence[Path]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            about = zipfile.ZipInfo(member.name, _NO_MOMENT)
            archive.writestr(about, member.read_bytes(), zipfile.ZIP_DEFLATED)
    return path
