"""
Loading of the network from a folder of CSV files; running it twice does nothing the second time.

What a thing is (its name, its kind, its place) follows the file. What it was on a day (states, prices, documents)
is history: a file may add to it and may close what is open, and never rewrites it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from network import checklist, data, files, histories, vat
from network.errors import BadRow, DataFolderEmpty
from network.files import File, Row
from network.provider_accounts import MOST_PAYMENT_DAYS
from network.qualification import EXEMPT_KINDS
from network.states import State


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file did to its table."""

    file: str
    table: str
    inserted: int
    updated: int
    unchanged: int

    @property
    def rows(self) -> int:
        """Return how many rows the file has."""
        return self.inserted + self.updated + self.unchanged


def load(session: Session, folder: Path = data.FOLDER, *, recorded_at: datetime | None = None) -> tuple[Loaded, ...]:
    """
    Load the files of a folder, those it has, in the order in which they need each other.

    A fixed number of statements for each file, however many rows it has.

    Errors: DataFolderEmpty, BadColumns, BadRow, HistoryRewritten; at the first row that is not right, file by file.
    """
    present = [(file, write) for file, write in _WRITERS if (folder / file.name).exists()]
    if not present:
        raise DataFolderEmpty(folder=folder, expected=[file.name for file, _ in _WRITERS])
    # Two loads at the same time go one after the other.
    session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('borsellino:network:load', 0))"))
    moment = recorded_at or clock.now()
    return tuple(write(session, file, file.read(folder), moment) for file, write in present)


def _write_comuni(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_repeats(file, rows, "cadastral_code")
    return _merge(session, file, rows)


def _write_territories(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    # Coverage is decided by the province: a wrong one would quietly move a territory.
    shared = ("cadastral_code", "province", "region", "nuts3_2021")
    wanted = [row.values["istat_code"] for row in rows]
    found = session.execute(
        sa.text(f"select istat_code, {', '.join(shared)} from comune where istat_code = any(:codes)"),
        {"codes": wanted},
    )
    known = {istat_code: dict(zip(shared, rest, strict=True)) for istat_code, *rest in found}
    for row in rows:
        comune = known.get(row.values["istat_code"])
        if comune is None:
            raise _unknown(file, row, "istat_code", files.COMUNI)
        for column, expected in comune.items():
            if row.values[column] != expected:
                raise file.bad(
                    row.number,
                    column,
                    row.values[column],
                    f"{expected}, come in {files.COMUNI.name}",
                    f"{expected}, as in {files.COMUNI.name}",
                )
    _refuse_repeats(file, rows, "istat_code")
    return _merge(session, file, rows)


def _write_providers(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "territory_code", files.TERRITORIES)
    return _merge(session, file, rows)


def _write_provider_states(session: Session, file: File, rows: list[Row], moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    kinds: dict[str, str] = dict(session.execute(sa.text("select code, kind from provider")).all())
    for row in rows:
        histories.refuse_backwards(file, row, "valid_from", "valid_to")
        if row.values["state"] == State.EXEMPT and kinds[str(row.values["provider_code"])] not in EXEMPT_KINDS:
            raise file.bad(
                row.number,
                "state",
                State.EXEMPT,
                "uno stato diverso: solo enti pubblici e trasporto pubblico sono esenti",
                "another state: only public bodies and public transport are exempt",
            )
    return _append(session, file, rows, "provider_code", ("state",), moment)


def _write_provider_accounts(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    for row in rows:
        if _number(row, "payment_days") > MOST_PAYMENT_DAYS:
            expected = (f"al più {MOST_PAYMENT_DAYS} giorni", f"at most {MOST_PAYMENT_DAYS} days")
            raise file.bad(row.number, "payment_days", row.values["payment_days"], *expected)
    return _merge(session, file, rows)


def _write_provider_invoicing(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    return _merge(session, file, rows)


def _write_provider_contacts(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    _refuse_unknown(session, file, rows, "istat_code", files.COMUNI)
    for row in rows:
        if bool(row.values["street"]) != bool(row.values["istat_code"]):
            expected = ("una via con il suo Comune, o nessuno dei due", "a street with its municipality, or neither")
            raise file.bad(row.number, "street", row.values["street"], *expected)
        if not any(row.values[column] for column in ("phone", "email", "street")):
            raise file.bad(row.number, "phone", "", "almeno un recapito", "at least one way to reach it")
    # Since it was loaded the provider may have told something else of itself.
    return _add(session, file, [row.values for row in rows])


def _write_mandataries(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "territory_code", files.TERRITORIES)
    for row in rows:
        if (row.values["recipient_code"] == "0000000") != bool(row.values["certified_email"]):
            expected = ("un codice destinatario, o sette zeri e una PEC", "a recipient code, or seven zeros and a PEC")
            raise file.bad(row.number, "recipient_code", row.values["recipient_code"], *expected)
    return _merge(session, file, rows)


def _write_qualification_records(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    asked = {(line.family.value, line.requirement) for line in checklist.requirements()}
    for row in rows:
        histories.refuse_backwards(file, row, "valid_from", "valid_to")
        if (row.values["family"], row.values["requirement"]) not in asked:
            raise file.bad(
                row.number,
                "requirement",
                row.values["requirement"],
                "un requisito della famiglia in checklist.csv",
                "a requirement of the family in checklist.csv",
            )
        verified = row.values["verified_by"] is not None
        if verified != (row.values["verified_at"] is not None) or (
            row.values["state"] == State.QUALIFIED and not verified
        ):
            raise file.bad(
                row.number,
                "verified_by",
                row.values["verified_by"] or "",
                "chi e quando ha verificato, insieme; obbligatori se QUALIFIED",
                "who verified it and when, together; needed when QUALIFIED",
            )
    # A document already on file is left alone: since it was loaded people may have decided on it.
    return _add(session, file, [{"id": ids.new("qua"), **row.values} for row in rows])


def _write_services(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "provider_code", files.PROVIDERS)
    _refuse_unknown(session, file, rows, "territory_code", files.TERRITORIES)
    for row in rows:
        needed = ["territory_code"] if row.values["delivery"] != "remote" else []
        if row.values["kind"] == "authorization":
            needed = ["provider_code", "territory_code", "categories", "channels"]
        for column in needed:
            if not row.values[column]:
                raise file.bad(
                    row.number,
                    column,
                    "",
                    "un valore: un servizio che si autorizza ha fornitore, territorio, categorie e canali,"
                    " e solo un servizio a distanza è senza territorio",
                    "a value: a service that is authorized has a provider, a territory, categories and channels,"
                    " and only a remote service has no territory",
                )
    return _merge(session, file, rows)


def _write_service_prices(session: Session, file: File, rows: list[Row], moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "service_code", files.SERVICES)
    kinds: dict[str, str] = dict(session.execute(sa.text("select code, kind from service")).all())
    for row in rows:
        histories.refuse_backwards(file, row, "valid_from", "valid_to")
        if kinds[str(row.values["service_code"])] == "request":
            raise file.bad(
                row.number,
                "service_code",
                row.values["service_code"],
                "un servizio che si autorizza: una richiesta non ha prezzo",
                "a service that is authorized: a request has no price",
            )
        net, tax = vat.split(_number(row, "price_minor"), str(row.values["vat_regime"]))
        for column, expected in (("net_minor", net), ("vat_minor", tax)):
            if row.values[column] != expected:
                raise file.bad(
                    row.number,
                    column,
                    row.values[column],
                    f"{expected}, secondo il regime {row.values['vat_regime']}",
                    f"{expected}, by regime {row.values['vat_regime']}",
                )
    frozen = ("price_minor", "vat_regime", "vat_if_not_listed")
    return _append(session, file, rows, "service_code", frozen, moment)


def _write_info_cards(session: Session, file: File, rows: list[Row], _moment: datetime) -> Loaded:
    _refuse_unknown(session, file, rows, "territory_code", files.TERRITORIES)
    for row in rows:
        histories.refuse_backwards(file, row, "window_from", "window_to")
    return _merge(session, file, rows)


_WRITERS: tuple[tuple[File, Callable[[Session, File, list[Row], datetime], Loaded]], ...] = (
    (files.COMUNI, _write_comuni),
    (files.TERRITORIES, _write_territories),
    (files.PROVIDERS, _write_providers),
    (files.PROVIDER_ACCOUNTS, _write_provider_accounts),
    (files.PROVIDER_CONTACTS, _write_provider_contacts),
    (files.PROVIDER_INVOICING, _write_provider_invoicing),
    (files.MANDATARIES, _write_mandataries),
    (files.PROVIDER_STATES, _write_provider_states),
    (files.QUALIFICATION_RECORDS, _write_qualification_records),
    (files.SERVICES, _write_services),
    (files.SERVICE_PRICES, _write_service_prices),
    (files.INFO_CARDS, _write_info_cards),
)


def _merge(session: Session, file: File, rows: list[Row]) -> Loaded:
    """Make the table's rows say what the file says; a row that already does is not written."""
    columns = tuple(file.columns)
    others = [name for name in columns if name not in file.key]
    written = session.execute(
        # Table and column names are constants of ours; the rows travel as one JSON parameter, typed by the table.
        sa.text(
            f"insert into {file.table} as held ({', '.join(columns)}) "
            f"select {', '.join(columns)} from json_populate_recordset(null::{file.table}, cast(:rows as json)) "
            f"on conflict ({', '.join(file.key)}) do update "
            f"set {', '.join(f'{name} = excluded.{name}' for name in others)} "
            f"where ({', '.join(f'held.{name}' for name in others)}) "
            f"is distinct from ({', '.join(f'excluded.{name}' for name in others)}) "
            # A row that this statement inserted has never been locked or deleted by anyone.
            f"returning (xmax = 0)"
        ),
        {"rows": json.dumps([row.values for row in rows])},
    )
    inserted = [is_new for (is_new,) in written]
    return Loaded(file.name, file.table, sum(inserted), len(inserted) - sum(inserted), len(rows) - len(inserted))


def _add(session: Session, file: File, values: list[dict[str, Any]]) -> Loaded:
    """Write the rows that the table does not have; those it has stay as they are."""
    columns = tuple(values[0]) if values else tuple(file.columns)
    inserted = session.execute(
        sa.text(
            f"insert into {file.table} ({', '.join(columns)}) "
            f"select {', '.join(columns)} from json_populate_recordset(null::{file.table}, cast(:rows as json)) "
            f"on conflict ({', '.join(file.key)}) do nothing returning 1"
        ),
        {"rows": json.dumps(values)},
    ).all()
    return Loaded(file.name, file.table, len(inserted), 0, len(values) - len(inserted))


def _append(
    session: Session, file: File, rows: list[Row], owner: str, frozen: tuple[str, ...], moment: datetime
) -> Loaded:
    added, closed = histories.append(session, file, rows, owner, frozen, moment)
    return Loaded(file.name, file.table, added, closed, len(rows) - added - closed)


def _refuse_unknown(session: Session, file: File, rows: list[Row], column: str, referred: File) -> None:
    wanted = sorted({str(row.values[column]) for row in rows if row.values[column] is not None})
    (key,) = referred.key
    known = set(
        session.scalars(sa.text(f"select {key} from {referred.table} where {key} = any(:codes)"), {"codes": wanted})
    )
    for row in rows:
        if row.values[column] is not None and row.values[column] not in known:
            raise _unknown(file, row, column, referred)


def _unknown(file: File, row: Row, column: str, referred: File) -> BadRow:
    return file.bad(
        row.number,
        column,
        row.values[column],
        f"un codice che esiste ({referred.name})",
        f"a code that exists ({referred.name})",
    )


def _refuse_repeats(file: File, rows: Iterable[Row], column: str) -> None:
    seen: set[Any] = set()
    for row in rows:
        if row.values[column] in seen:
            raise file.bad(
                row.number,
                column,
                row.values[column],
                "un valore non già usato nel file",
                "a value not yet used in the file",
            )
        seen.add(row.values[column])


def _number(row: Row, column: str) -> int:
    value = row.values[column]
    assert isinstance(value, int)  # noqa: S101
    return value
