"""A payout run of fifty thousand lines, beside set-based SQL that posts as many transfers."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks import town, yardstick
from benchmarks.report import Result
from benchmarks.stage import Stage
from config import clock
from ledger import accounts, books, holds
from network import provider_accounts
from wallet import chart
from wallet.settlement import payments, payouts, target_days, terms

HUNDRED, CHUNK = 100, 1_000
# What a purchase leaves behind, for holds that were captured without one.
_AUTHORIZATIONS = """
    insert into "authorization" (book_id, authorization_id, status, employee_id, service_code, provider_code,
        home_territory, delivery_territory, channel, category, outcome, quantity, unit_price_minor, amount_minor,
        net_minor, vat_minor, exempt_minor, captured_minor, hold_id, service_on, tax_on, decided_at, reasons, warnings,
        rule_ids, rulebook_version, facts, actor)
    select h.book_id, 'aut_' || h.hold_id, 'captured', l.employee_id, 'PSI-CR', split_part(a.code, ':', 2), 'cremona',
           'cremona', 'DIRECT', 'SOCIAL_UTILITY', 'EXEMPT', 1, v.amount_minor, v.amount_minor, v.amount_minor, 0,
           v.amount_minor, v.amount_minor, h.hold_id, e.occurred_on, e.occurred_on, e.recorded_at, '{}', '{}', '{}', '',
           '{}', 'bench'
      from hold h
      join hold_event v on v.book_id = h.book_id and v.hold_id = h.hold_id and v.kind = 'capture'
      join entry e on e.book_id = v.book_id and e.entry_id = v.entry_id
      join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id and p.line = 1
      join account a on a.book_id = p.book_id and a.account_id = p.credit_account_id
      join lot l on l.book_id = p.book_id and l.account_id = p.debit_account_id
     where h.book_id = :book
"""


def measure(stage: Stage) -> list[Result]:
    """Measure the run in its one transaction, committed; three times, each failing the payments of the last."""
    lines = 10_000 if stage.quick else 50_000
    stage.title(f"payout run of {lines:,} lines, one process")

    def fill(address: str) -> None:
        town.fill(address)
        _capture(address, lines)

    address = stage.loaded("payout", fill, migrate=True)
    minimum, through = [], []
    for number in range(1, 4):
        minimum.append(lines / _yardstick(stage, lines, number))
        through.append(lines / _run(stage, address, lines, number))
        stage.tell(f"round {number}/3: yardstick {minimum[-1]:,.0f}/s, payout {through[-1]:,.0f}/s")
    return [
        Result(
            f"payout run of {lines:,} lines",
            median(mine / theirs for mine, theirs in zip(through, minimum, strict=True)),
            0.3,
            None,
            f"{median(through):,.0f}/s of {median(minimum):,.0f}/s",
        )
    ]


def _capture(address: str, lines: int) -> None:
    engine = town.engine(address)
    choice = random.Random(5)
    today = clock.today()
    with Session(engine) as session:
        book_id = books.require(session, town.EMPLOYER)
        known = [chart.provider(code) for code in sorted(provider_accounts.every(session))]
        ids = accounts.ensure(session, book_id, [accounts.Opening(code, "L") for code in known])
        lots = list(session.scalars(sa.text("select account_id from lot where book_id = :book"), {"book": book_id}))
        session.commit()
        for first in range(0, lines, CHUNK):
            for _ in range(first, min(first + CHUNK, lines)):
                amount = choice.randint(500, 20_000)
                hold_id = holds.reserve(
                    session, book_id, [(choice.choice(lots), amount)], expires_at=clock.now() + timedelta(days=1)
                )
                holds.capture(
                    session,
                    book_id,
                    hold_id,
                    amount,
                    credit_account_id=ids[choice.choice(known)],
                    final=True,
                    kind="capture",
                    occurred_on=today,
                    actor="bench",
                )
            session.commit()
        session.execute(sa.text(_AUTHORIZATIONS), {"book": book_id})
        session.commit()
    engine.dispose()


def _yardstick(stage: Stage, lines: int, seed: int) -> float:
    step = yardstick.batches_of_100(stage.yardstick, seed)
    start = time.perf_counter()
    for _ in range(0, lines, HUNDRED):
        step()
    return time.perf_counter() - start


def _run(stage: Stage, address: str, lines: int, number: int) -> float:
    engine = town.engine(address)
    today = clock.today()
    stage.settle(address)
    start = time.perf_counter()
    with Session(engine) as session, session.begin():
        run = payouts.prepare(
            session,
            f"BENCH-{number}",
            due_by=today + timedelta(days=60),
            execute_on=target_days.on_or_after(today),
            terms=terms.shipped(),
            actor="bench",
        )
    elapsed = time.perf_counter() - start
    with Session(engine) as session, session.begin():
        paid = sum(len(payouts.lines(session, payment)) for payment in run.payments)
        assert paid == lines, paid
        for payment in run.payments:
            payments.fail(session, payment.end_to_end_id, on=today, actor="bench")
    engine.dispose()
    return elapsed
