"""The data files: which columns each has, and what each column holds."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

from network import contacts, spelling, vat
from network.audience import MadeFor
from network.checklist import Area, Family
from network.errors import BadColumns, BadRow
from network.invoicing import read_vat_number
from network.provider_accounts import read_holder, read_iban
from network.providers import ProviderKind
from network.services import Delivery, Kind
from network.states import State

Value = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Content:
    """What a column holds: how a text becomes the value the database is given, and how people are told of it."""

    read: Callable[[str], Value]
    it: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, read; `number` is the line a text editor shows."""

    number: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the network: its table, its columns, and those that tell one row from another."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: dict[str, Content]

    def read(self, folder: Path) -> list[Row]:
        """
        Read the file strictly.

        Errors: BadColumns, BadRow; at the first row that is not right.
        """
        with (folder / self.name).open(encoding="utf-8-sig", newline="") as opened:
            lines = csv.reader(opened, strict=True)
            header = next(lines, [])
            self._check_header(header)
            rows: list[Row] = []
            seen: set[tuple[Value, ...]] = set()
            start = lines.line_num + 1
            for cells in lines:
                number, start = start, lines.line_num + 1
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise self.bad(
                        number,
                        header[min(len(cells), len(header)) - 1],
                        ",".join(cells),
                        f"{len(header)} valori nella riga",
                        f"{len(header)} values in the row",
                    )
                row = Row(
                    number, {name: self._value(number, name, cell) for name, cell in zip(header, cells, strict=True)}
                )
                identity = tuple(_hashable(row.values[name]) for name in self.key)
                if identity in seen:
                    raise self.bad(
                        number,
                        self.key[0],
                        identity,
                        "una chiave non già usata nel file",
                        "a key not yet used in the file",
                    )
                seen.add(identity)
                rows.append(row)
        return rows

    def bad(self, number: int, column: str, value: object, expected_it: str, expected_en: str) -> BadRow:
        """Return the refusal of one value of this file."""
        if isinstance(value, tuple):
            value = ", ".join(map(str, value))
        return BadRow(
            file=self.name, row=number, column=column, value=value, expected_it=expected_it, expected_en=expected_en
        )

    def _check_header(self, header: list[str]) -> None:
        missing = [name for name in self.columns if name not in header]
        unknown = [name for name in header if name not in self.columns]
        if missing or unknown or len(set(header)) != len(header):
            raise BadColumns(file=self.name, missing=missing or "-", unknown=unknown or "-")

    def _value(self, number: int, column: str, cell: str) -> Value:
        content = self.columns[column]
        text = unicodedata.normalize("NFC", cell.strip())
        try:
            return content.read(text)
        except (ValueError, KeyError, InvalidOperation):
            raise self.bad(number, column, cell, content.it, content.en) from None


def _hashable(value: Value) -> Value:
    return "|".join(value) if isinstance(value, list) else value


def _matching(pattern: str, it: str, en: str) -> Content:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return Content(read, it, en)


def _one_of(codes: type[StrEnum] | tuple[str, ...]) -> Content:
    known = tuple(map(str, codes))

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return Content(read, "uno di " + ", ".join(known), "one of " + ", ".join(known))


def _list_of(single: Content) -> Content:
    def read(text: str) -> list[str]:
        items = [str(single.read(item)) for item in text.split("|")] if text else []
        if len(set(items)) != len(items):
            raise ValueError(text)
        return items

    return Content(
        read,
        f"un elenco senza doppioni, separato da |, di: {single.it}",
        f"a list without repeats, divided by |, of: {single.en}",
    )


def _maybe(content: Content) -> Content:
    def read(text: str) -> Value:
        return content.read(text) if text else None

    return Content(read, content.it + ", o niente", content.en + ", or nothing")


def _whole(least: int) -> Content:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,15}", text) or int(text) < least:
            raise ValueError(text)
        return int(text)

    return Content(read, f"un numero intero da {least} in su", f"a whole number from {least} up")


def _degrees(limit: int) -> Content:
    def read(text: str) -> str:
        value = Decimal(text)
        if not value.is_finite() or abs(value) > limit:
            raise ValueError(text)
        return str(value)

    return Content(read, f"gradi decimali fra -{limit} e {limit}", f"decimal degrees between -{limit} and {limit}")


def _read_day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _read_moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.isoformat()


def _read_phone(text: str) -> str:
    plain = spelling.phone(text) if text else ""
    if len(plain) > contacts.PHONE_MOST:
        raise ValueError(text)
    return plain


def _read_email(text: str) -> str:
    if text and not contacts.is_email(text):
        raise ValueError(text)
    return text


TEXT = _matching(r"(?s).+", "un testo", "a text")
CODE = _matching(
    r"[A-Za-z0-9][A-Za-z0-9_-]*", "un codice di lettere, cifre e trattini", "a code of letters, digits and dashes"
)
ISTAT = _matching(r"\d{6}", "un codice ISTAT di sei cifre", "an ISTAT code of six digits")
CADASTRAL = _matching(r"[A-Z]\d{3}", "un codice catastale come D150", "a cadastral code such as D150")
PROVINCE = _matching(r"[A-Z]{2}", "la sigla di una provincia", "the two letters of a province")
CATEGORY = _matching(r"[A-Z][A-Z_]*", "un codice di categoria in maiuscolo", "a category code in capitals")
SHA256 = _matching(r"[0-9a-f]{64}", "un'impronta SHA-256 esadecimale", "a SHA-256 digest in hexadecimal")
URL = _matching(r"https://\S+", "un indirizzo https://", "an https:// address")
FLAG = Content(lambda text: {"0": False, "1": True}[text], "0 o 1", "0 or 1")
DAY = Content(_read_day, "una data AAAA-MM-GG", "a date YYYY-MM-DD")
MOMENT = Content(_read_moment, "un istante ISO 8601 con il fuso", "an ISO 8601 moment with its time zone")
HOLDER = Content(
    read_holder, "un nome in lettere che le banche possono scrivere", "a name in letters that banks can write"
)
IBAN = Content(read_iban, "un IBAN con le cifre di controllo giuste", "an IBAN whose check digits are right")
REGIME = _one_of(tuple(found.code for found in vat.regimes()))

VAT_NUMBER = Content(read_vat_number, "una partita IVA di undici cifre", "an Italian VAT number of eleven digits")
POSTCODE = _matching(r"\d{5}", "un CAP di cinque cifre", "a postcode of five digits")
TAX_CODE = _matching(
    r"[A-Z0-9]{11}|[A-Z0-9]{16}", "un codice fiscale di 11 o 16 caratteri", "a tax code of 11 or 16 characters"
)
TAX_REGIME = _matching(r"RF(0[124-9]|1[0-9])", "un regime fiscale come RF01", "a tax regime such as RF01")
# Where the exchange system delivers an electronic invoice.
RECIPIENT = _matching(
    r"[A-Z0-9]{7}", "un codice destinatario di sette caratteri", "a recipient code of seven characters"
)
PHONE = Content(_read_phone, "un telefono con cifre, spazi e +", "a telephone with digits, spaces and +")
MAILBOX = Content(_read_email, "un indirizzo e-mail", "an e-mail address")
STREET = _matching(r".{0,120}", "via e numero, al più 120 caratteri", "street and number, at most 120 characters")
EMAIL = _matching(r"[^@\s]+@[^@\s]+", "un indirizzo PEC", "a certified e-mail address")
ADDRESS: dict[str, Content] = {"address": TEXT, "postcode": POSTCODE, "comune": TEXT, "province": PROVINCE}
PARTY: dict[str, Content] = {"legal_name": TEXT, "vat_number": VAT_NUMBER, "tax_code": _maybe(TAX_CODE)}

COMUNI = File(
    "comuni.csv",
    "comune",
    ("istat_code",),
    {
        "istat_code": ISTAT,
        "name": TEXT,
        "region": TEXT,
        "province": PROVINCE,
        "is_provincial_capital": FLAG,
        "cadastral_code": CADASTRAL,
        "nuts3_2021": TEXT,
    },
)
TERRITORIES = File(
    "territories.csv",
    "territory",
    ("code",),
    {
        "code": CODE,
        "name": TEXT,
        "istat_code": ISTAT,
        "cadastral_code": CADASTRAL,
        "province": PROVINCE,
        "region": TEXT,
        "nuts3_2021": TEXT,
        "latitude": _degrees(90),
        "longitude": _degrees(180),
    },
)
PROVIDERS = File(
    "providers.csv",
    "provider",
    ("code",),
    {"code": CODE, "name": TEXT, "kind": _one_of(ProviderKind), "territory_code": CODE, "offers": TEXT},
)
PROVIDER_ACCOUNTS = File(
    "provider_accounts.csv",
    "provider_account",
    ("provider_code",),
    {"provider_code": CODE, "iban": IBAN, "holder": HOLDER, "payment_days": _whole(0)},
)
PROVIDER_INVOICING = File(
    "provider_invoicing.csv",
    "provider_invoicing",
    ("provider_code",),
    {"provider_code": CODE, **PARTY, "tax_regime": TAX_REGIME, **ADDRESS},
)
PROVIDER_CONTACTS = File(
    "provider_contacts.csv",
    "provider_contact",
    ("provider_code",),
    {"provider_code": CODE, "phone": PHONE, "email": MAILBOX, "street": STREET, "istat_code": _maybe(ISTAT)},
)
MANDATARIES = File(
    "mandataries.csv",
    "mandatary",
    ("territory_code",),
    {"territory_code": CODE, **PARTY, **ADDRESS, "recipient_code": RECIPIENT, "certified_email": _maybe(EMAIL)},
)
PROVIDER_STATES = File(
    "provider_states.csv",
    "provider_state",
    ("provider_code", "valid_from"),
    {"provider_code": CODE, "state": _one_of(State), "valid_from": DAY, "valid_to": _maybe(DAY), "reason": TEXT},
)
QUALIFICATION_RECORDS = File(
    "qualification_records.csv",
    "qualification_record",
    ("provider_code", "family", "evidence", "number"),
    {
        "provider_code": CODE,
        "family": _one_of(Family),
        "requirement": TEXT,
        "evidence": TEXT,
        "issuer": TEXT,
        "number": TEXT,
        "valid_from": DAY,
        "valid_to": _maybe(DAY),
        "state": _one_of(("PENDING", "QUALIFIED", "SUSPENDED", "EXPIRED")),
        "verified_by": _maybe(TEXT),
        "verified_at": _maybe(MOMENT),
        "document_sha256": _maybe(SHA256),
    },
)
SERVICES = File(
    "services.csv",
    "service",
    ("code",),
    {
        "code": CODE,
        "name": TEXT,
        "kind": _one_of(Kind),
        "provider_code": _maybe(CODE),
        "territory_code": _maybe(CODE),
        "unit": TEXT,
        "area": _one_of(Area),
        "need": TEXT,
        "categories": _list_of(CATEGORY),
        "category_doubtful": FLAG,
        "made_for": _one_of(MadeFor),
        "min_age": _maybe(_whole(0)),
        "delivery": _one_of(Delivery),
        "channels": _list_of(_one_of(("DIRECT", "VOUCHER", "REIMBURSEMENT"))),
    },
)
SERVICE_PRICES = File(
    "service_prices.csv",
    "service_price",
    ("service_code", "valid_from"),
    {
        "service_code": CODE,
        "valid_from": DAY,
        "valid_to": _maybe(DAY),
        "price_minor": _whole(1),
        "net_minor": _whole(0),
        "vat_minor": _whole(0),
        "vat_regime": REGIME,
        "vat_if_not_listed": _maybe(REGIME),
    },
)
INFO_CARDS = File(
    "info_cards.csv",
    "info_card",
    ("code",),
    {
        "code": CODE,
        "title": TEXT,
        "who": TEXT,
        "isee_max_minor": _maybe(_whole(0)),
        "amount_text": TEXT,
        "window_from": _maybe(DAY),
        "window_to": _maybe(DAY),
        "office": TEXT,
        "url": URL,
        "territory_code": _maybe(CODE),
        "verified_on": DAY,
        "verified_by": TEXT,
        "is_demo": FLAG,
    },
)
