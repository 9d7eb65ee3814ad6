"""Gathers a SIUSS flow from the journal: what vouchers paid in a month, beside what citizens paid, by application."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import comuni
from network.errors import ComuneNotFound
from plans import funders, taxcodes
from plans.social import assessments, benefits, offer
from plans.social.offer import Entrusted
from plans.social.words import Standing
from reports.siuss import check
from reports.siuss.errors import BenefitUnknown, FlowEmpty, FlowMonthNotOver, MunicipalityUnknown, OperatorCodeInvalid
from reports.siuss.model import Body, Flow, Problem, Record

# What each application's purchases paid in a month, by whose money it was; a refund counts in the month it was made.
# The month's entries are few and come first: no index leads from a hold to them.
_USED = sa.text(
    "with moved as materialized (select c.hold_id, e.book_id, e.entry_id, e.refunds from entry e"
    "  join entry c on c.book_id = e.book_id and c.entry_id ="
    "      case when e.refunds is null then e.entry_id else e.refunds end"
    "  where e.book_id = :book and e.occurred_on between :starts and :ends and c.hold_id is not null)"
    " select a.application_id, a.protocol, a.entrusted_code, a.citizenship, a.residence_istat, v.starts_on, v.ends_on,"
    "       w.tax_code, w.last_name, w.first_name, w.birth_date,"
    "       min(z.service_on) as first_service_on, max(z.service_on) as last_service_on,"
    "       sum(m.signed) filter (where l.source = 'MUNICIPAL') as municipal,"
    "       coalesce(sum(m.signed) filter (where l.source = 'PRIVATE'), 0) as citizen"
    "  from social_application a"
    "  join entrusted_service s on s.book_id = a.book_id and s.code = a.entrusted_code"
    "  join social_voucher v on v.book_id = a.book_id and v.application_id = a.application_id"
    "  join social_use u on u.book_id = v.book_id and u.voucher_id = v.voucher_id"
    '  join "authorization" z on z.book_id = u.book_id and z.authorization_id = u.authorization_id'
    "  join moved e on e.hold_id = z.hold_id"
    "  join lateral (select p.debit_account_id as account_id, p.amount_minor as signed from posting p"
    "                 where p.book_id = e.book_id and p.entry_id = e.entry_id and e.refunds is null"
    "                union all select p.credit_account_id, -p.amount_minor from posting p"
    "                 where p.book_id = e.book_id and p.entry_id = e.entry_id and e.refunds is not null) m on true"
    "  join lot l on l.book_id = a.book_id and l.account_id = m.account_id"
    "  join employee w on w.book_id = a.book_id and w.employee_id = a.employee_id"
    " where a.book_id = :book and s.benefit_code = :benefit"
    " group by a.application_id, a.protocol, a.entrusted_code, a.citizenship, a.residence_istat, v.starts_on,"
    "          v.ends_on, w.tax_code, w.last_name, w.first_name, w.birth_date"
    " having sum(m.signed) <> 0"
    " order by a.protocol"
)
_DECODED = str.maketrans("LMNPQRSTUV", "0123456789")
_WOMEN = 40


def gather(
    session: Session, book_id: int, benefit_code: str, month: date, *, operator_code: str, number: int = 1
) -> Flow:
    """
    Return the flow of one benefit and month, with everything that the register would refuse it for.

    `month` is any day of it; `number` tells apart flows that were prepared on one day.
    Units:  minor units.
    Errors: FunderNotFound, BenefitUnknown, MunicipalityUnknown, ComuneNotFound, OperatorCodeInvalid, FlowMonthNotOver,
            FlowEmpty; the first that applies.
    Source: docs/social-vouchers.md, "The SIUSS flow".
    """
    funder = funders.of_book(session, book_id)
    services = {service.code: service for service in offer.every(session, book_id)}
    known = sorted({service.benefit_code for service in services.values()})
    if benefit_code not in known:
        raise BenefitUnknown(benefit=benefit_code, known=known or ["-"])
    istat_code = offer.istat_code(session, book_id)
    if istat_code is None:
        raise MunicipalityUnknown(funder=funder.name)
    comune = comuni.get(session, istat_code)
    if not check.tax_code(operator_code):
        raise OperatorCodeInvalid(code=operator_code[:20])
    starts_on = month.replace(day=1)
    ends_on = (starts_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if ends_on >= clock.today():
        raise FlowMonthNotOver(month=f"{starts_on:%m/%Y}", since=ends_on + timedelta(days=1))
    asked = {"book": book_id, "benefit": benefit_code, "starts": starts_on, "ends": ends_on}
    rows = session.execute(_USED, asked).all()
    if not rows:
        raise FlowEmpty(month=f"{starts_on:%m/%Y}", benefit=benefit_code)
    records: list[Record] = []
    problems: list[Problem] = []
    for row in rows:
        record = _record(session, book_id, row, services[row.entrusted_code], starts_on, ends_on)
        found = list(check.problems(record))
        by_hand = [problem for problem in found if problem.by_hand]
        # What no file can carry stops nobody else's benefit; whatever else is wrong with it is no matter of the file.
        problems += by_hand or found
        if not by_hand:
            records.append(record)
    return Flow(
        flow_id=f"{comune.cadastral_code}.PS.{clock.today():%Y%m%d}.{number:07d}",
        month=starts_on,
        benefit_code=benefit_code,
        body=Body(comune.cadastral_code, funder.name, comune.cadastral_code, operator_code.upper()),
        records=tuple(records),
        problems=tuple(problems),
    )


def _record(session: Session, book_id: int, row: Any, service: Entrusted, starts_on: date, ends_on: date) -> Record:
    isee = assessments.in_force(session, book_id, row.application_id, ends_on)
    shown = isee is not None and isee.standing is not Standing.NOT_PRESENTED
    first, last = max(starts_on, row.starts_on), min(ends_on, row.ends_on)
    if last < first:
        # A service of the voucher's last days, delivered or given back after them: the days are the service's own.
        first, last = row.first_service_on, row.last_service_on
    code = row.tax_code
    person = len(code) == 16
    return Record(
        protocol=row.protocol,
        tax_code=code,
        last_name=row.last_name,
        first_name=row.first_name,
        birth_year=_birth_year(row),
        # Where letters stand for digits, the place and the day are told in digits.
        birth_place=code[11] + code[12:15].translate(_DECODED) if person else "",
        gender=2 if person and int(code[9:11].translate(_DECODED)) > _WOMEN else 1,
        citizenship=row.citizenship,
        region_code=_region(session, row.residence_istat),
        residence_istat=row.residence_istat,
        # 1: subject to the ISEE; 4: no economic criterion in its rules.
        means_test=4 if service.tariff_id is None and service.threshold_minor is None else 1,
        dsu_protocol=isee.dsu_protocol if isee is not None and shown else None,
        dsu_on=isee.presented_on if isee is not None and shown else None,
        threshold_minor=service.threshold_minor,
        benefit_code=service.benefit_code,
        benefit_name=service.name,
        starts_on=first,
        ends_on=last,
        municipal_minor=int(row.municipal or 0),
        citizen_minor=int(row.citizen),
        taken_in_charge=service.taken_in_charge,
        user_area=service.user_area,
        needs_sina=benefits.names()[service.benefit_code].sina,
    )


def _birth_year(row: Any) -> int | None:
    if row.birth_date is not None:
        return int(row.birth_date.year)
    possible = [day for day in taxcodes.births(row.tax_code) if day <= clock.today()]
    # A code tells two digits of the year: within a hundred and ten years one century is left, or nobody knows.
    plausible = [day.year for day in possible if clock.today().year - day.year <= 110]
    return plausible[0] if len(plausible) == 1 else None


def _region(session: Session, istat_code: str | None) -> str | None:
    if istat_code is None:
        return None
    try:
        return _regions()[comuni.get(session, istat_code).region]
    except ComuneNotFound:
        return None


@cache
def _regions() -> Mapping[str, str]:
    text = (files("reports.siuss") / "data" / "regions.csv").read_text("utf-8")
    return {row["name"]: row["code"] for row in csv.DictReader(text.splitlines())}
