"""The payout file: a run of payments as banks read it, in one of two formats, checked before it leaves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from reports.payout_file import cbi, check, iso
from wallet.settlement.payouts import Run


class Format(StrEnum):
    """Which banks take it: CBI through the Italian interbank network, ISO by agreement with one bank."""

    CBI = "CBI"
    ISO = "ISO"


def write(run: Run, form: Format, created_at: datetime) -> bytes:
    """
    Return the file of a run; the same run and moment give the same bytes.

    Payments that the bank has answered are left out: what it paid is paid, what failed is payable again in another run.

    Errors: PayoutFileEmpty, PayeeUnwritable, PayoutFileWrong.
    Source: docs/settlement.md.
    """
    orders = check.orders(run)
    writer = cbi.write if form is Format.CBI else iso.write
    content = writer(run, orders, created_at)
    check.compare(content, run, orders)
    return content
