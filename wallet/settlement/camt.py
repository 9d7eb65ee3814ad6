"""Reading a bank's camt.053: the booked movements of an account, each as one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, canonicalize, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from wallet.settlement.errors import ConfirmationTooLarge, ConfirmationUnreadable, ConfirmationUnsafe

LIMIT_MB = 20
_PREFIX = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001."
# What kind of movement it is; a credit transfer that is returned, or called back, has a kind of its own.
_SUB_FAMILY = "BkTxCd/Domn/Fmly/SubFmlyCd"
_RETURNS = ("RRTN", "RPCR")
# Texts of the bank's are stored and shown: cut where the standard ends them.
_LONGEST = 140


@dataclass(frozen=True, slots=True)
class StatementLine:
    """
    One booked movement. Amounts in minor units; texts that the bank left out are empty.

    `key` is the same whenever the same movement of the same statement is read, whatever file it comes in.
    """

    key: str
    account_iban: str
    booked_on: date
    outgoing: bool
    amount_minor: int
    currency: str
    end_to_end_id: str
    iban: str
    name: str
    remittance: str
    return_reason: str


def read(path: Path) -> tuple[str, list[StatementLine]]:
    """
    Return the hash of a file and its booked movements, one for each transfer of a batch that the bank booked as one.

    A batch whose transfers do not add up to it is one movement; a movement of nothing is none.

    Errors: ConfirmationTooLarge, ConfirmationUnsafe, ConfirmationUnreadable; OSError when there is no such file.
    """
    size = path.stat().st_size
    if size > LIMIT_MB * 1_000_000:
        raise ConfirmationTooLarge(file=path.name, size_mb=-(-size // 1_000_000), limit_mb=LIMIT_MB)
    content = path.read_bytes()
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ConfirmationUnsafe(file=path.name) from error
    except (ParseError, ValueError, LookupError) as error:
        # An encoding that nobody knows is a LookupError.
        raise _unreadable(path, "non è XML", "not XML") from error
    if not root.tag.startswith(_PREFIX):
        raise _unreadable(path, "è un altro tipo di file", "it is another kind of file")
    reader = _Reader(path, root.tag.removesuffix("Document"))
    return sha256(content).hexdigest(), list(reader.lines(root))


def _unreadable(path: Path, it: str, en: str) -> ConfirmationUnreadable:
    return ConfirmationUnreadable(file=path.name, problem_it=it, problem_en=en)


def _content(statement: Element) -> str:
    """Return what a statement says, however its lines are broken."""
    return canonicalize(tostring(statement, encoding="unicode"), strip_text=True)


class _Reader:
    """Finds its way through one file; `space` is the namespace that leads every name in it."""

    def __init__(self, path: Path, space: str) -> None:
        self.path, self.space = path, space

    def lines(self, root: Element) -> Iterator[StatementLine]:
        statements = self.all(root, "BkToCstmrStmt/Stmt")
        if not statements:
            raise _unreadable(self.path, "non contiene alcun estratto", "it holds no statement")
        seen: Counter[str] = Counter()
        # A bank that puts a statement into its file twice has moved no money twice.
        for statement in {_content(found): found for found in statements}.values():
            account = self.text(statement, "Acct/Id/IBAN")
            if not account:
                raise _unreadable(self.path, "manca l'IBAN del conto", "the account has no IBAN")
            for entry in self.all(statement, "Ntry"):
                # Since version 8 the status is a code inside; before it was the text itself.
                status = self.text(entry, "Sts/Cd") or self.text(entry, "Sts")
                if status == "BOOK" and self.minor(entry):
                    yield from self.entry(statement, account, entry, seen)

    def entry(self, statement: Element, account: str, entry: Element, seen: Counter[str]) -> Iterator[StatementLine]:
        details = self.all(entry, "NtryDtls/TxDtls")
        if len(details) <= 1:
            # One movement: its amount is the entry's, which is what left the account.
            yield self.line(statement, account, entry, details[0] if details else entry, entry, seen)
            return
        if not self.divides(entry, details):
            # Receipts less the bank's charges, or transfers without their amounts: a movement that a person has to see.
            yield self.line(statement, account, entry, entry, entry, seen)
            return
        for detail in details:
            if self.minor(detail):
                yield self.line(statement, account, entry, detail, detail, seen)

    def divides(self, entry: Element, details: list[Element]) -> bool:
        if any(self.amount_of(detail) is None for detail in details):
            return False
        return sum(self.minor(detail) for detail in details) == self.minor(entry)

    def line(
        self, statement: Element, account: str, entry: Element, detail: Element, paid: Element, seen: Counter[str]
    ) -> StatementLine:
        outgoing = self.direction(detail if self.text(detail, "CdtDbtInd") else entry)
        party, other = ("Cdtr", "Dbtr") if outgoing else ("Dbtr", "Cdtr")
        returned = self.returned(entry, detail)
        # What comes back bears the parties of the payment that it gives back.
        named = other if returned and self.text(detail, f"RltdPties/{other}Acct/Id/IBAN") else party
        amount = self.amount_of(paid)
        facts = {
            "account_iban": account,
            "booked_on": self.day(entry),
            "outgoing": outgoing,
            "amount_minor": self.minor(paid),
            "currency": "" if amount is None else amount.get("Ccy", ""),
            "end_to_end_id": self.text(detail, "Refs/EndToEndId"),
            "iban": self.text(detail, f"RltdPties/{named}Acct/Id/IBAN"),
            "name": self.text(detail, f"RltdPties/{named}/Pty/Nm") or self.text(detail, f"RltdPties/{named}/Nm"),
            "remittance": self.remittance(entry, detail),
            "return_reason": returned,
        }
        page = self.text(statement, "StmtPgntn/PgNb")
        identity = [
            self.text(statement, "Id"),
            *([page] if page else []),
            self.text(entry, "AcctSvcrRef"),
            self.text(entry, "NtryRef"),
            self.text(detail, "Refs/TxId"),
            *map(str, facts.values()),
        ]
        told = "\x1f".join(identity)
        # Two movements of one statement that agree in everything are two all the same.
        seen[told] += 1
        return StatementLine(key=sha256(f"{told}\x1f{seen[told]}".encode()).hexdigest(), **facts)  # type: ignore[arg-type]

    # -- small things ------------------------------------------------------------------------------------------------

    def all(self, parent: Element, path: str) -> list[Element]:
        return parent.findall("/".join(f"{self.space}{name}" for name in path.split("/")))

    def text(self, parent: Element, path: str) -> str:
        found = self.all(parent, path)
        return (found[0].text or "").strip()[:_LONGEST] if found else ""

    def direction(self, parent: Element) -> bool:
        told = self.text(parent, "CdtDbtInd")
        if told not in ("CRDT", "DBIT"):
            raise _unreadable(self.path, "un movimento senza segno", "a movement without a direction")
        return told == "DBIT"

    def returned(self, entry: Element, detail: Element) -> str:
        """Say why a movement gives another back: its reason, or that it is a reversal or a return; else nothing."""
        told = self.text(detail, "RtrInf/Rsn/Cd") or self.text(detail, "RtrInf/Rsn/Prtry")
        if told:
            return told
        if self.text(entry, "RvslInd") in ("true", "1"):
            return "RVSL"
        code = self.text(detail, _SUB_FAMILY) or self.text(entry, _SUB_FAMILY)
        return code if code in _RETURNS else ""

    def remittance(self, entry: Element, detail: Element) -> str:
        told = " ".join(found.text or "" for found in self.all(detail, "RmtInf/Ustrd")).strip()
        return told[:_LONGEST] or self.text(entry, "AddtlNtryInf")

    def day(self, entry: Element) -> date:
        told = self.text(entry, "BookgDt/Dt") or self.text(entry, "BookgDt/DtTm")
        try:
            return date.fromisoformat(told[:10])
        except ValueError:
            raise _unreadable(
                self.path, "un movimento senza data contabile", "a movement without a booking date"
            ) from None

    def amount_of(self, parent: Element) -> Element | None:
        found = self.all(parent, "Amt") or self.all(parent, "AmtDtls/TxAmt/Amt")
        return found[0] if found else None

    def minor(self, parent: Element) -> int:
        amount = self.amount_of(parent)
        try:
            cents = Decimal((amount.text or "").strip()) * 100 if amount is not None else Decimal("NaN")
            if cents < 0 or cents != int(cents) or cents > 2**53:
                raise ValueError(cents)
        except (InvalidOperation, ValueError, OverflowError):
            raise _unreadable(self.path, "un importo che non si legge", "an amount that cannot be read") from None
        return int(cents)
