"""What a municipality offers: tariffs and entrusted services, loaded from one file, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import local
from plans import funders, plans
from plans.errors import PlanNotFound
from plans.rows import table
from plans.social import benefits, reader, tariff_file
from plans.social.errors import (
    EntrustedServiceNotFound,
    NotAMunicipality,
    SocialFileChanged,
    SocialFileInvalid,
    TariffNotFound,
    TariffNotInForce,
)
from plans.social.reader import Row
from plans.social.tables import EntrustedService, SocialBody, SocialTariff
from plans.social.tariffs import Tariff
from plans.social.words import Instrument, Selection
from plans.words import FunderKind

_TABLES = ("municipality", "tariff", "service")
_SERVICE, _TARIFF, _BODY = table(EntrustedService), table(SocialTariff), table(SocialBody)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}", re.ASCII)
_ISTAT = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entrusted:
    """
    A service that the municipality has entrusted.

    `services` are the catalogue's services that a voucher pays, `partners` the providers that a co-design agreement or
    a tender names. `threshold_minor` is the indicator above which nobody is admitted (cents); None without one.
    """

    code: str
    name: str
    instrument: Instrument
    selection: Selection
    services: tuple[str, ...]
    partners: tuple[str, ...]
    plan_id: str | None
    tariff_id: str | None
    threshold_minor: int | None
    benefit_code: str
    taken_in_charge: bool
    user_area: int | None
    act_ref: str
    contract_code: str | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class OfferLoad:
    """What loading a file did: codes that are new, and how many were there already."""

    created: tuple[str, ...]
    unchanged: int


def load(session: Session, book_id: int, path: Path, *, actor: str) -> OfferLoad:
    """
    Load a municipality's file; the same content again changes nothing.

    Errors: FileNotFoundError and the like; NotAMunicipality, SocialFileInvalid, PlanNotFound, TariffNotFound,
            SocialFileChanged; nothing is loaded then.
    """
    with path.open("rb") as file:
        content = file.read(reader.MAX_BYTES + 1)
    if len(content) > reader.MAX_BYTES:
        raise SocialFileInvalid(file=path.name, row="-", problem_it="supera 1 MB", problem_en="it is larger than 1 MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SocialFileInvalid(
            file=path.name, row="-", problem_it="non è UTF-8", problem_en="it is not UTF-8"
        ) from None
    return load_text(session, book_id, text, path.name, actor=actor)


def load_text(session: Session, book_id: int, text: str, name: str, *, actor: str) -> OfferLoad:
    """Load the text of a municipality's file; effect and errors as `load`."""
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.MUNICIPALITY:
        raise NotAMunicipality(funder=funder.code)
    comuni, tariffs, services = _read(session, book_id, text, name)
    known_tariffs = {row.tariff_id: row.content for row in session.execute(_all(_TARIFF, book_id))}
    known_services = {row.code: _entrusted(row) for row in session.execute(_all(_SERVICE, book_id))}
    for entrusted in services:
        if entrusted.tariff_id is not None and entrusted.tariff_id not in {*tariffs, *known_tariffs}:
            tariff_file.of_published(entrusted.tariff_id)
    changed = [code for code, content in tariffs.items() if known_tariffs.get(code, content) != content]
    changed += [service.code for service in services if known_services.get(service.code, service) != service]
    if changed:
        raise SocialFileChanged(code=changed[0])

    for comune in comuni:
        session.execute(sa.delete(_BODY).where(_BODY.c.book_id == book_id))
        session.execute(sa.insert(_BODY).values(book_id=book_id, istat_code=comune))
    new_tariffs = [code for code in tariffs if code not in known_tariffs]
    new_services = [service for service in services if service.code not in known_services]
    for code in new_tariffs:
        session.execute(sa.insert(_TARIFF).values(book_id=book_id, tariff_id=code, content=tariffs[code], actor=actor))
    for service in new_services:
        values = asdict(service) | {"services": list(service.services), "partners": list(service.partners)}
        session.execute(sa.insert(_SERVICE).values(book_id=book_id, actor=actor, **values))
    created = (*new_tariffs, *(service.code for service in new_services))
    return OfferLoad(created, len(tariffs) + len(services) - len(created))


def tariffs_of(session: Session, book_id: int) -> Mapping[str, Tariff]:
    """Return the tariffs that a municipality may use: its own, and the published ones it has not replaced."""
    own = {row.tariff_id: _tariff(row.content) for row in session.execute(_all(_TARIFF, book_id))}
    return {**tariff_file.published(), **own}


def tariff(session: Session, book_id: int, tariff_id: str) -> Tariff:
    """
    Return one tariff.

    Errors: TariffNotFound.
    """
    found = tariffs_of(session, book_id).get(tariff_id)
    if found is None:
        raise TariffNotFound(tariff=tariff_id)
    return found


def tariff_on(session: Session, book_id: int, tariff_id: str, on: date) -> Tariff:
    """
    Return a tariff that is in force on a day.

    Errors: TariffNotFound, TariffNotInForce.
    """
    found = tariff(session, book_id, tariff_id)
    if not found.holds_on(on):
        raise TariffNotInForce(tariff=tariff_id, on=on, **_spell(found))
    return found


def last_day(session: Session, book_id: int, service: Entrusted) -> date:
    """Return the last day that a service's agreement and its tariff, if it has one, both reach."""
    tariff_end = None if service.tariff_id is None else tariff(session, book_id, service.tariff_id).valid_to
    return service.ends_on if tariff_end is None else min(service.ends_on, tariff_end)


def entrusted(session: Session, book_id: int, code: str) -> Entrusted:
    """
    Return an entrusted service.

    Errors: EntrustedServiceNotFound.
    """
    row = session.execute(_all(_SERVICE, book_id).where(_SERVICE.c.code == code)).one_or_none()
    if row is None:
        raise EntrustedServiceNotFound(service=code)
    return _entrusted(row)


def every(session: Session, book_id: int) -> tuple[Entrusted, ...]:
    """Return every entrusted service of a book, by code."""
    return tuple(_entrusted(row) for row in session.execute(_all(_SERVICE, book_id).order_by(_SERVICE.c.code)))


def istat_code(session: Session, book_id: int) -> str | None:
    """Return which comune the municipality is, by ISTAT code, if it was loaded."""
    code: str | None = session.scalar(sa.select(_BODY.c.istat_code).where(_BODY.c.book_id == book_id))
    return code


def _spell(found: Tariff) -> dict[str, str]:
    first, last = found.valid_from, found.valid_to
    if last is None:
        return {"spell_it": f"dal {local(first, 'it')}", "spell_en": f"from {local(first, 'en')}"}
    return {
        "spell_it": f"dal {local(first, 'it')} al {local(last, 'it')}",
        "spell_en": f"from {local(first, 'en')} to {local(last, 'en')}",
    }


def _all(target: sa.Table, book_id: int) -> sa.Select[Any]:
    return sa.select(target).where(target.c.book_id == book_id)


def _entrusted(row: Any) -> Entrusted:
    values = {field.name: getattr(row, field.name) for field in fields(Entrusted)}
    values |= {"instrument": Instrument(row.instrument), "selection": Selection(row.selection)}
    return Entrusted(**(values | {"services": tuple(row.services), "partners": tuple(row.partners)}))


# -- the file ----------------------------------------------------------------------------------------------------------


def _read(
    session: Session, book_id: int, text: str, name: str
) -> tuple[list[str], dict[str, dict[str, Any]], list[Entrusted]]:
    comuni: list[str] = []
    tariffs: dict[str, dict[str, Any]] = {}
    services: dict[str, Entrusted] = {}
    for what, row in reader.document(text, name, _TABLES):
        if what == "municipality":
            if comuni:
                raise row.refuse("il Comune è scritto due volte", "the municipality is written twice")
            comuni.append(_comune(row))
        elif what == "tariff":
            content = row.content()
            found = tariff_file.tariff_of(row)
            if found.id in tariffs:
                raise row.refuse("codice ripetuto", "repeated id")
            tariffs[found.id] = content
        else:
            service = _service(session, book_id, row)
            if service.code in services:
                raise row.refuse("codice ripetuto", "repeated code")
            services[service.code] = service
    return comuni, tariffs, list(services.values())


def _comune(row: Row) -> str:
    code = row.text("istat_code")
    row.finish()
    if not _ISTAT.fullmatch(code):
        raise row.refuse("istat_code ha sei cifre, come 019036", "istat_code has six digits, such as 019036")
    return code


def _service(session: Session, book_id: int, row: Row) -> Entrusted:
    instrument = row.word("instrument", Instrument)
    voucher = instrument is Instrument.ACCREDITAMENTO_VOUCHER
    found = Entrusted(
        code=row.text("code"),
        name=row.text("name"),
        instrument=instrument,
        selection=row.word("selection", Selection),
        # A voucher names what it pays for and from which plan; the others name whom they owe.
        services=row.texts("services") if voucher else (),
        partners=() if voucher else row.texts("partners"),
        plan_id=_plan(session, book_id, row) if voucher else None,
        tariff_id=row.text("tariff") if row.has("tariff") else None,
        threshold_minor=row.minor("isee_threshold") if row.has("isee_threshold") else None,
        benefit_code=row.text("benefit_code"),
        taken_in_charge=row.flag("taken_in_charge", default=False),
        user_area=row.whole("user_area") if row.has("user_area") else None,
        act_ref=row.text("act_ref"),
        contract_code=row.text("cig") if instrument is Instrument.APPALTO else None,
        starts_on=row.day("starts_on"),
        ends_on=row.day("ends_on"),
    )
    row.finish()
    if not _CODE.fullmatch(found.code):
        raise row.refuse(
            "code: lettere maiuscole, cifre e trattini, al più 32", "code: capitals, digits, hyphens, 32 at most"
        )
    if found.ends_on < found.starts_on:
        raise row.refuse("ends_on precede starts_on", "ends_on comes before starts_on")
    if found.benefit_code not in benefits.names():
        raise row.refuse(
            "benefit_code non è nel catalogo delle prestazioni", "benefit_code is not in the list of benefits"
        )
    if found.user_area is not None and found.user_area not in benefits.USER_AREAS:
        raise row.refuse("user_area è 1, 2 o 3", "user_area is 1, 2 or 3")
    if found.taken_in_charge and found.user_area is None:
        raise row.refuse("con taken_in_charge serve user_area", "taken_in_charge needs user_area")
    return found


def _plan(session: Session, book_id: int, row: Row) -> str:
    code = row.text("plan")
    try:
        return plans.by_code(session, book_id, code).plan_id
    except PlanNotFound:
        raise row.refuse(f"il piano {code} non c'è", f"there is no plan {code}") from None


def _tariff(content: Mapping[str, Any]) -> Tariff:
    """Read a tariff again from what was kept of it: the very rows of its file."""
    return tariff_file.tariff_of(Row("database", str(content["id"]), _revived(content)))


def _revived(value: Any) -> Any:
    # The way back from `reader.plain`.
    if isinstance(value, dict):
        if set(value) == {"day"}:
            return date.fromisoformat(value["day"])
        if set(value) == {"decimal"}:
            return Decimal(value["decimal"])
        return {key: _revived(inner) for key, inner in value.items()}
    return [_revived(inner) for inner in value] if isinstance(value, list) else value
