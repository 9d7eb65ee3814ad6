"""What providers, the municipality and the network's own offices read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration import settlement
from api.demonstration.citizens.people import MUNICIPALITY, PRIVATE, citizens
from api.demonstration.credits import TODAY
from api.demonstration.papers.employers import RECHARGED
from api.demonstration.papers.paper import Made, Paper, statement
from api.demonstration.people import Employer
from api.demonstration.scene import Scene
from network import providers
from reports import (
    fattura,
    payout_file,
    provider_settlement,
    recharge_list,
    siuss,
    social_statement,
    territory_clearing,
)
from reports.fattura import pdf as proforma_pdf
from reports.fattura import xml as fattura_xml
from reports.payout_file import Format
from reports.provider_settlement import csv as provider_csv
from reports.provider_settlement import pdf as provider_pdf
from reports.recharge_list import csv as recharge_csv
from reports.recharge_list import xlsx as recharge_xlsx
from reports.siuss import xml as siuss_xml
from reports.social_statement import pdf as social_pdf
from reports.social_statement import xlsx as social_xlsx
from reports.territory_clearing import pdf as clearing_pdf
from reports.territory_clearing import xlsx as clearing_xlsx
from wallet.settlement import payouts

PROVIDER, MUNICIPAL, NETWORK = "fornitore", "comune", "rete"
MONTH, MONTH_ENDS = date(2026, 10, 1), date(2026, 10, 31)
_YEAR_STARTS, _ISSUED_ON = date(2026, 1, 1), date(2026, 11, 2)
# Under the flat-rate scheme: what the plan pays is not what the employer is recharged (story 10).
_FLAT_RATE = "P25"


def papers(session: Session, scene: Scene, employers: Sequence[Employer]) -> Iterator[Paper]:
    """Return the statements of two providers, of the municipality, and of the network."""
    for provider, starts_on in ((_earning_most(session), MONTH), (_FLAT_RATE, _YEAR_STARTS)):
        name = providers.get(session, provider, TODAY).name
        yield from _of_provider(provider, name, starts_on)
    yield from _of_municipality(scene.books[MUNICIPALITY.code])
    yield statement(
        NETWORK,
        f"compensazione-{MONTH:%Y-%m}",
        (
            "Che cosa i territori si devono per ottobre 2026: flussi, commissioni divise, una posizione ciascuno",
            "What territories owe each other for October 2026: flows, fees shared, one position each",
        ),
        lambda opened: territory_clearing.gather(opened, MONTH),
        {"pdf": clearing_pdf.write, "xlsx": clearing_xlsx.write},
        lambda found: found.holds,
    )
    for employer in employers:
        yield _recharges(employer, scene.books[employer.code])
    yield Paper(
        NETWORK,
        settlement.LAST,
        "I bonifici ai fornitori per la banca: CBIPaymentRequest 00.04.01 (cbi) e pain.001.001.09 (iso)",
        "The transfers to providers for the bank: CBIPaymentRequest 00.04.01 (cbi) and pain.001.001.09 (iso)",
        partial(_payout, settlement.LAST),
    )


def _recharges(employer: Employer, book_id: int) -> Paper:
    return statement(
        NETWORK,
        f"riaddebiti-mandatario-{employer.code.lower()}-{RECHARGED:%Y-%m}",
        (
            f"I riaddebiti di agosto 2026 a {employer.name}, buono per buono con gli importi: mai all'azienda",
            f"The recharges of August 2026 to {employer.name}, voucher by voucher with amounts: never to it",
        ),
        lambda session: recharge_list.gather(session, book_id, RECHARGED, detail=True),
        {"xlsx": recharge_xlsx.write, "csv": recharge_csv.write},
        lambda found: found.holds,
    )


def _earning_most(session: Session) -> str:
    """Return the provider that was paid most since the beginning."""
    paid: Counter[str] = Counter()
    for reference in payouts.references(session):
        for payment in payouts.get(session, reference).payments:
            if payment.state == "paid":
                paid[payment.provider_code] += payment.amount_minor
    return max(sorted(paid), key=paid.__getitem__)


def _of_provider(provider: str, name: str, starts_on: date) -> Iterator[Paper]:
    period = f"{starts_on:%Y-%m}" if starts_on == MONTH else f"{starts_on:%Y}"
    yield statement(
        PROVIDER,
        f"{provider}-{period}",
        (
            f"{name}: che cosa le spetta, commissione, IVA, e che cosa è pagato quando",
            f"{name}: what it is owed, fee, VAT, and what is paid when",
        ),
        lambda session: provider_settlement.gather(
            session, provider, starts_on, MONTH_ENDS, agreed=settlement.agreed()
        ),
        {"pdf": provider_pdf.write, "csv": provider_csv.write},
        lambda found: found.holds,
    )
    yield Paper(
        PROVIDER,
        f"PF-{provider}",
        f"{name}: le fatture da emettere, come pro-forma (PDF) e come FatturaPA (XML)",
        f"{name}: the invoices to issue, as a pro-forma (PDF) and as FatturaPA (XML)",
        partial(_invoices, provider, starts_on),
    )


def _invoices(provider: str, starts_on: date, session: Session, into: Path, language: str) -> Made:
    owed = provider_settlement.gather(session, provider, starts_on, MONTH_ENDS, agreed=settlement.agreed())
    files: list[Path] = []
    for document in fattura.proformas(session, owed, _ISSUED_ON):
        files += [into / f"{document.number}.pdf", into / f"{document.number}.xml"]
        proforma_pdf.write(document, files[-2], language)
        fattura_xml.write(document, files[-1])
    return Made(files, None)


def _of_municipality(book_id: int) -> Iterator[Paper]:
    yield statement(
        MUNICIPAL,
        "buoni-sociali-2026",
        (
            "I buoni e gli affidamenti del Comune, da gennaio a ottobre 2026, per strumento e servizio",
            "The municipality's vouchers and entrusted services, January to October 2026, by instrument and service",
        ),
        lambda session: social_statement.gather(session, book_id, _YEAR_STARTS, MONTH_ENDS),
        {"pdf": social_pdf.write, "xlsx": social_xlsx.write},
        lambda found: found.proof.holds,
    )
    operator = citizens()[PRIVATE.code][-1].tax_code
    for number, benefit in enumerate(("A2.01", "A2.02"), 1):
        yield statement(
            MUNICIPAL,
            f"siuss-{benefit}-{MONTH:%Y-%m}",
            (
                f"Flusso SIUSS della prestazione {benefit} per ottobre 2026: verificarlo con lo schema INPS",
                f"SIUSS flow of benefit {benefit} for October 2026: check it against the INPS schema",
            ),
            partial(_flow, book_id, benefit, operator, number),
            {"xml": lambda flow, path, _language: siuss_xml.write(flow, path)},
        )


def _flow(book_id: int, benefit: str, operator: str, number: int, session: Session) -> siuss.Flow:
    return siuss.gather(session, book_id, benefit, MONTH, operator_code=operator, number=number)


def _payout(reference: str, session: Session, into: Path, _language: str) -> Made:
    run = payouts.get(session, reference)
    files = []
    for form in Format:
        path = into / f"{reference}-{form.lower()}.xml"
        path.write_bytes(payout_file.write(run, form, run.prepared_at))
        files.append(path)
    return Made(files, None)
