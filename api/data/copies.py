"""
Copies: everything that is kept of a person, as JSON for programs and with the documents they handed in, in one ZIP.

What of the books is a person's is what the database shows them (migrations/fences.sql): a copy is made inside their
fence, from every table there is, so that a new one is in it before anybody thinks of it.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.tasks.errors import TasksUnfenced
from config import clock, database, fences, settings
from config.fences import Fence, Sight
from wallet.reimbursements import documents
from wallet.reimbursements.documents import Store

KEPT = timedelta(days=7)
# The network's own: the same for everybody.
_NOBODYS = frozenset(
    {
        "alembic_version",
        "comune",
        "entrusted_service",
        "info_card",
        "mandatary",
        "provider",
        "provider_account",
        "provider_invoicing",
        "provider_state",
        "qualification_record",
        "rule_signature",
        "rule_signature_withdrawal",
        "rule_signoff",
        "service",
        "service_price",
        "social_body",
        "social_tariff",
        "survey",
        "survey_question",
        "territory",
    }
)
_TABLES = "select tablename as name from pg_tables where schemaname = 'public' order by 1"
_MEMBERS = (
    "select to_jsonb(m) - '{password_hash,totp_secret,totp_pending,totp_step}'::text[] as row from member m"
    " where exists (select from appointment a where a.member_id = m.member_id and a.employee_id = %(employee)s)"
)
_TRAIL = "select to_jsonb(x) as row from audit_event x where x.employee_id = %(employee)s order by x.event_id"
_LETTERS = (
    "select to_jsonb(x) - 'facts' as row from mail x where x.addressee_id in (select member_id from appointment a"
    " where a.employee_id = %(employee)s) order by x.mail_id"
)
_README = """\
Questa è la copia di tutto ciò che è conservato su {employee}, fatta il {day}.
«dati.json» è per i programmi: per ogni tabella, le sue righe. Gli importi sono in centesimi di euro.
«documenti» contiene i file consegnati con le richieste di rimborso.

This is the copy of all that is kept about {employee}, made on {day}.
"dati.json" is for programs: of every table, its rows. Amounts are in euro cents.
"documenti" holds the files handed in with requests for reimbursement.
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was made: the hash of its file, its size, how many rows and documents are in it."""

    sha256: str
    size_bytes: int
    rows: int
    documents: int


def store() -> Store:
    """Return where copies are kept."""
    return Store(settings.load().data_dir / "copies")


def make(book_id: int, employee_id: str, progress: Callable[[int, int], None]) -> Copy:
    """
    Make the copy of all that is kept of a person, and keep it for a week; outside every fence.

    Errors: TasksUnfenced.
    """
    kept = store()
    kept.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tables = _rows(book_id, employee_id)
    with tempfile.TemporaryDirectory(dir=kept.folder, prefix=".making-") as folder:
        path = Path(folder) / "copy.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            told = _README.format(employee=employee_id, day=clock.today().isoformat())
            archive.writestr("LEGGIMI.txt", told)
            named = tables.get("reimbursement_document", [])
            for number, row in enumerate(named, 1):
                row["file"] = _add(archive, row)
                progress(number, len(named))
            archive.writestr("dati.json", json.dumps(tables, ensure_ascii=False, indent=1))
        size = path.stat().st_size
        digest = kept.take(path)
    _mark(kept, digest, employee_id)
    count = sum(len(rows) for rows in tables.values())
    return Copy(digest.hex(), size, count, sum(row["file"] is not None for row in named))


def sweep() -> int:
    """Remove the copies that are older than they are kept, and return how many went."""
    kept = store()
    if not kept.folder.is_dir():
        return 0
    old = clock.now() - KEPT
    removed = sum(kept.remove(path, older_than=old) is not None for path in list(kept.every()))
    for mark in kept.folder.glob("emp_*.*"):
        if not _marked(kept, mark).exists():
            mark.unlink(missing_ok=True)
    return removed


def remove_of(employee_id: str) -> int:
    """Remove every copy of a person's data, and return how many went."""
    kept, removed = store(), 0
    for mark in kept.folder.glob(f"{employee_id}.*"):
        _marked(kept, mark).unlink(missing_ok=True)
        mark.unlink(missing_ok=True)
        removed += 1
    return removed


def _mark(kept: Store, digest: bytes, employee_id: str) -> None:
    """Leave beside the copies whose this one is, so that it can go with everything else of theirs."""
    (kept.folder / f"{employee_id}.{digest.hex()}").touch(mode=0o600)


def _marked(kept: Store, mark: Path) -> Path:
    return kept.path(bytes.fromhex(mark.suffix[1:]))


def _rows(book_id: int, employee_id: str) -> dict[str, list[dict[str, Any]]]:
    def theirs(session: Session) -> dict[str, list[dict[str, Any]]]:
        names = [row.name for row in database.rows(session, _TABLES, ()) if row.name not in _NOBODYS]
        found = {name: list(session.scalars(sa.text(f'select to_jsonb(t) from "{name}" t'))) for name in names}
        return {name: rows for name, rows in found.items() if rows}

    def at_the_doors(session: Session) -> dict[str, list[dict[str, Any]]]:
        asked: Mapping[str, object] = {"employee": employee_id}
        queries = {"member": _MEMBERS, "audit_event": _TRAIL, "mail": _LETTERS}
        return {name: [row.row for row in database.rows(session, query, asked)] for name, query in queries.items()}

    with fences.inside(Fence(Sight.EMPLOYEE, book_id, employee_id)):
        try:
            tables = database.transact(theirs)
        except sa.exc.ProgrammingError as error:
            # Whoever connects here may not take that role.
            raise TasksUnfenced() from error
    return tables | database.transact(at_the_doors)


def _add(archive: zipfile.ZipFile, row: Mapping[str, Any]) -> str | None:
    """Put a document into the archive and return its name there; None where its file was erased or is gone."""
    try:
        content = documents.store().read(bytes.fromhex(str(row["sha256"]).removeprefix("\\x")))
    except (OSError, ValueError):
        return None
    name = f"documenti/{row['document_id']}-{documents.safe_name(str(row['name']))}"
    archive.writestr(name, content)
    return name
