"""The bank of the demonstration: it answers payout runs with camt.053 files, as banks write them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Movement:
    """
    One booked movement; the amount in minor units. `returned` is why a transfer came back, empty where it left.

    A movement without `end_to_end_id` is none of ours, such as the bank's own charges.
    """

    amount_minor: int
    end_to_end_id: str = ""
    iban: str = ""
    remittance: str = ""
    returned: str = ""


def write(path: Path, account: str, on: date, movements: Iterable[Movement]) -> Path:
    """Write the statement of one day of an account, and return where it is."""
    number = f"{on:%Y-%j}"
    entries = "".join(_entry(movement, on) for movement in movements)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>{number}</MsgId><CreDtTm>{on}T22:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>{number}</Id><CreDtTm>{on}T22:00:00</CreDtTm><Acct><Id><IBAN>{account}</IBAN></Id></Acct>\n"
        f"{_balance('OPBD', on)}{_balance('CLBD', on)}{entries}</Stmt></BkToCstmrStmt></Document>\n",
        encoding="utf-8",
    )
    return path


def _entry(movement: Movement, on: date) -> str:
    sign = "CRDT" if movement.returned else "DBIT"
    amount = f"{movement.amount_minor // 100}.{movement.amount_minor % 100:02d}"
    refs = f"<Refs><EndToEndId>{movement.end_to_end_id}</EndToEndId></Refs>" if movement.end_to_end_id else ""
    party = f"<CdtrAcct><Id><IBAN>{movement.iban}</IBAN></Id></CdtrAcct>" if movement.iban else ""
    parties = f"<RltdPties>{party}</RltdPties>" if party else ""
    text = f"<RmtInf><Ustrd>{escape(movement.remittance)}</Ustrd></RmtInf>" if movement.remittance else ""
    back = f"<RtrInf><Rsn><Cd>{movement.returned}</Cd></Rsn></RtrInf>" if movement.returned else ""
    told = f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
    return (
        f"<Ntry>{told}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt>"
        f"<BkTxCd><Prtry><Cd>48</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls>{refs}{told}{parties}{text}{back}</TxDtls></NtryDtls></Ntry>\n"
    )


def _balance(code: str, on: date) -> str:
    # The program does not read balances: what the account holds besides is nobody's business here.
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">250000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>\n'
    )
