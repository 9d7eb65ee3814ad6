"""A bank that answers in camt.053.001.08: statements to the letter of the schema, written as banks write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from wallet.settlement import terms

VERSION = "08"


@dataclass(frozen=True)
class Tx:
    """One transfer of a statement; amounts are written `12.34`."""

    amount: str
    end_to_end_id: str = ""
    iban: str = ""
    remittance: str = ""
    outgoing: bool = True
    returned: str = ""
    currency: str = "EUR"

    def details(self) -> str:
        party = "Cdtr" if self.outgoing or self.returned else "Dbtr"
        refs = f"<Refs><EndToEndId>{self.end_to_end_id}</EndToEndId></Refs>" if self.end_to_end_id else ""
        account = f"<{party}Acct><Id><IBAN>{self.iban}</IBAN></Id></{party}Acct>" if self.iban else ""
        parties = f"<RltdPties>{account}</RltdPties>" if account else ""
        text = f"<RmtInf><Ustrd>{escape(self.remittance)}</Ustrd></RmtInf>" if self.remittance else ""
        back = f"<RtrInf><Rsn><Cd>{self.returned}</Cd></Rsn></RtrInf>" if self.returned else ""
        amount = f'<Amt Ccy="{self.currency}">{self.amount}</Amt><CdtDbtInd>{self.sign}</CdtDbtInd>'
        return f"<TxDtls>{refs}{amount}{parties}{text}{back}</TxDtls>"

    @property
    def sign(self) -> str:
        return "DBIT" if self.outgoing else "CRDT"


def entry(*transfers: Tx, amount: str = "", booked_on: str = "2026-03-10", status: str = "BOOK", ref: str = "") -> str:
    """One movement, of one transfer or of a batch whose amount is given."""
    first = transfers[0]
    named = f"<NtryRef>{ref}</NtryRef>" if ref else ""
    return (
        f'<Ntry>{named}<Amt Ccy="{first.currency}">{amount or first.amount}</Amt><CdtDbtInd>{first.sign}</CdtDbtInd>'
        f"<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>{booked_on}</Dt></BookgDt>"
        f"<BkTxCd><Prtry><Cd>48</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{''.join(transfer.details() for transfer in transfers)}</NtryDtls></Ntry>"
    )


def statement(*entries: str, iban: str = "", number: str = "2026-069", version: str = VERSION) -> str:
    """A file with one statement."""
    account = iban or terms.shipped().payer.iban
    balance = (
        '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-03-10</Dt></Dt></Bal>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>2026-03-11T06:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{number}</Id><CreDtTm>2026-03-11T06:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>"
        f"{balance.format(code='OPBD')}{balance.format(code='CLBD')}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


def sent(folder: Path, *entries: str, name: str = "camt053.xml", **facts: str) -> Path:
    """A bank's file in a folder."""
    path = folder / name
    path.write_text(statement(*entries, **facts), encoding="utf-8")
    return path
