"""
What the register would refuse, told in plain words before anything is sent.

The register's schema (PS_PSA_SINA201812) takes a codice fiscale whose year and day are digits: of the letters that
replace digits in a case of homonymy it takes only those in the last three.
Source: docs/social-vouchers.md, "The SIUSS flow".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config import money
from reports.siuss.model import Problem, Record

TAX_CODE = re.compile(r"([A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z][A-Za-z0-9]{3}[A-Za-z])|(\d{11} {0,5})", re.ASCII)
NAME_MOST = 36
PLACE = 4
BENEFIT_NAME = (10, 200)
PROTOCOL_MOST = 32
DSU_MOST = 30


def tax_code(code: str) -> bool:
    """Say whether the register takes a codice fiscale."""
    return TAX_CODE.fullmatch(code) is not None


def problems(record: Record) -> Iterator[Problem]:
    """Yield everything that is wrong with a record, and what has to be completed elsewhere."""
    found = record
    if not tax_code(found.tax_code):
        yield _by_hand(
            found,
            f"il SIUSS non accetta il codice fiscale {found.tax_code}: per omocodia ha lettere nell'anno o nel giorno"
            " di nascita. La prestazione non è nel file: inserirla a mano sul portale INPS",
            f"SIUSS does not take the tax code {found.tax_code}: it has letters for digits in the year or day of birth."
            " The benefit is not in the file: enter it by hand on the INPS portal",
        )
    for it, en, name in (("cognome", "last name", found.last_name), ("nome", "first name", found.first_name)):
        if not 1 <= len(name) <= NAME_MOST:
            yield _problem(
                found, f"il {it} va da 1 a {NAME_MOST} caratteri", f"the {en} has 1 to {NAME_MOST} characters"
            )
    if found.birth_year is None:
        yield _problem(
            found,
            "manca la data di nascita e dal codice fiscale il secolo non si ricava: aggiungerla in anagrafica",
            "the date of birth is missing and the tax code does not tell the century: add it to the people file",
        )
    if len(found.birth_place) != PLACE:
        yield _problem(
            found,
            "il codice fiscale è provvisorio e non dice il luogo di nascita: chiedere quello definitivo",
            "the tax code is provisional and tells no place of birth: ask for the definitive one",
        )
    if found.citizenship is None:
        yield _problem(
            found,
            "manca la cittadinanza (codice di tre cifre, 380 per l'Italia): indicarla con «social registry»",
            "the citizenship is missing (three digits, 380 for Italy): add it with 'social registry'",
        )
    if found.residence_istat is None or found.region_code is None:
        yield _problem(
            found,
            "manca il Comune di residenza (codice ISTAT di sei cifre, esistente): indicarlo con «social registry»",
            "the comune of residence is missing (an existing ISTAT code of six digits): add it with 'social registry'",
        )
    if not BENEFIT_NAME[0] <= len(found.benefit_name) <= BENEFIT_NAME[1]:
        yield _problem(
            found,
            f"il nome del servizio affidato va da {BENEFIT_NAME[0]} a {BENEFIT_NAME[1]} caratteri",
            f"the entrusted service's name has {BENEFIT_NAME[0]} to {BENEFIT_NAME[1]} characters",
        )
    if len(found.protocol) > PROTOCOL_MOST:
        yield _problem(found, "il protocollo supera 32 caratteri", "the protocol is longer than 32 characters")
    if found.dsu_protocol is not None and len(found.dsu_protocol) > DSU_MOST:
        yield _problem(found, "il protocollo DSU supera 30 caratteri", "the DSU protocol is longer than 30 characters")
    if found.taken_in_charge and found.user_area is None:
        yield _problem(
            found, "con la presa in carico serve l'area di utenza", "being taken in charge needs a user area"
        )
    if found.ends_on < found.starts_on:
        yield _problem(found, "il periodo finisce prima di cominciare", "the period ends before it begins")
    if found.total_minor <= 0:
        excess = -found.total_minor
        yield _by_hand(
            found,
            f"nel mese gli storni superano gli addebiti di {money.local_minor(excess, 'it')}. La prestazione"
            " non è nel file: correggere sul portale INPS l'invio del mese in cui il servizio fu addebitato",
            f"in this month refunds exceed captures by {money.local_minor(excess, 'en')}. The benefit is not"
            " in the file: correct on the INPS portal what was sent for the month in which the service was captured",
        )
    if found.needs_sina:
        yield Problem(
            found.protocol,
            f"la prestazione {found.benefit_code} chiede il blocco SINA (bisogno assistenziale), che questo programma "
            "non conserva: completarlo nella cartella sociale",
            f"the benefit {found.benefit_code} asks for the SINA block (care needs), which this program does not keep: "
            "complete it in the municipality's own records",
            blocks=False,
        )


def _problem(record: Record, it: str, en: str) -> Problem:
    return Problem(record.protocol, f"{it}.", f"{en}.")


def _by_hand(record: Record, it: str, en: str) -> Problem:
    return Problem(record.protocol, f"{it}.", f"{en}.", blocks=False, by_hand=True)
