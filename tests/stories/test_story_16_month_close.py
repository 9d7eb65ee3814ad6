"""The month closes: territories net to zero, every book balances, statements reconcile to the cent."""

from __future__ import annotations

from datetime import date

import pytest
from moneyed import Money
from sqlalchemy.orm import Session

from ledger import accounts, books, seals, verification
from ledger.errors import PeriodClosed
from plans.rulebook.words import Kinship
from reports import plan_statement
from reports.plan_statement import Reading
from tests import factories
from tests.stories.reading import assert_sound, balances, buy, on
from wallet import captures, expiry

DECEMBER_31 = date(2026, 12, 31)


def _two_employers(session: Session) -> list[tuple[int, str, str]]:
    """Cremona and Napoli, each with a worker, a child and 600 euro."""
    factories.network(session)
    found = []
    for code, home in (("E1", "cremona"), ("E3", "napoli")):
        book = factories.employer(session, code, home=home, name=code)
        tax_code = factories.tax_code()
        worker = factories.employee(session, book, tax_code=tax_code, employee_no="1")
        child = factories.relative(session, book, tax_code, Kinship.CHILD, birth_date=date(2012, 5, 4))
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book, amount=Money("600", "EUR"))
        factories.grant(session, book, "A", worker, 60_000)
        found.append((book, worker, child))
    return found


def test_october_closes_with_every_sum_at_zero_and_every_statement_proved(session: Session) -> None:
    with on(session, date(2026, 10, 1)):
        (cremona, giulia, matilde), (napoli, anna, ciro) = _two_employers(session)
    with on(session, date(2026, 10, 5)):
        at_home = buy(session, cremona, giulia, "DOP-CR", relative_id=matilde, service_on=date(2026, 10, 31))
        in_milan = buy(session, cremona, giulia, "PSI-MI", relative_id=matilde)
        from_naples = buy(session, napoli, anna, "PSI-MI", relative_id=ciro)
        held = buy(session, napoli, anna, "EDU-NA", 3, relative_id=ciro, service_on=date(2026, 11, 10))
    with on(session, date(2026, 10, 20)):
        captures.capture(session, cremona, at_home.authorization_id, Money("65", "EUR"), actor="P02")
        captures.capture(session, cremona, at_home.authorization_id, Money("65", "EUR"), actor="P02")
        captures.capture(session, napoli, held.authorization_id, Money("22", "EUR"), actor="P11")
        # The psychologist's two vouchers: one used, one whose time ran out on the 12th.
    assert in_milan.amount_minor == from_naples.amount_minor == 6_000

    with on(session, date(2026, 10, 31)):
        for book in (cremona, napoli):
            expiry.expire(session, book, on=date(2026, 10, 31), actor="clock")
            seals.seal(session, book)

    # Cremona: 600 - 130. Napoli: 600 - 22, of which 44 held until the middle of November.
    assert balances(session, cremona, "provider:") == {"provider:P02": -13_000}
    assert balances(session, napoli, "provider:") == {"provider:P11": -2_200}
    positions: dict[str, int] = {}
    for book in (cremona, napoli):
        for territory, position in balances(session, book, "clearing:").items():
            positions[territory] = positions.get(territory, 0) + position
        assert_sound(session, book)
    assert sum(positions.values()) == 0

    with on(session, date(2026, 10, 31)):
        first, last = date(2026, 10, 1), date(2026, 10, 31)
        for book, used, residual, reserved in ((cremona, 13_000, 47_000, 0), (napoli, 2_200, 57_800, 4_400)):
            for reading in Reading:
                statement = plan_statement.gather(session, book, "A", first, last, reading=reading)
                assert statement.budget.committed_to_date_minor == 60_000
                assert statement.budget.funded_to_date_minor == 60_000
                assert statement.total.granted_minor == 60_000
                assert statement.total.used_minor == used
                assert statement.total.residual_minor == residual
                assert statement.total.held_minor == reserved
                assert statement.proof.difference_minor == 0
                assert statement.proof.holds
                assert statement.proof.waiting == 0


def test_a_voucher_used_in_another_territory_nets_to_zero_over_the_network(session: Session) -> None:
    with on(session, date(2026, 10, 1)):
        (cremona, giulia, matilde), (napoli, anna, ciro) = _two_employers(session)
        for book, worker, child in ((cremona, giulia, matilde), (napoli, anna, ciro)):
            talk = buy(session, book, worker, "PSI-MI", relative_id=child)
            captures.capture(session, book, talk.authorization_id, actor="P18")

    assert balances(session, cremona, "clearing:") == {"clearing:cremona": -6_000, "clearing:milano": 6_000}
    assert balances(session, napoli, "clearing:") == {"clearing:napoli": -6_000, "clearing:milano": 6_000}
    for book in (cremona, napoli):
        lines = accounts.trial_balance(session, book)
        assert sum(line.debit_minor - line.credit_minor for line in lines) == 0
        assert_sound(session, book)


def test_a_closed_month_takes_no_more_entries(session: Session) -> None:
    with on(session, date(2026, 10, 1)):
        (cremona, giulia, _), _ = _two_employers(session)
        evening = buy(session, cremona, giulia, "TEA-CR", service_on=date(2026, 11, 5))
    with on(session, date(2026, 11, 2)):
        seals.seal(session, cremona)
        books.close_period(session, cremona, date(2026, 10, 1), date(2026, 10, 31))

        with pytest.raises(PeriodClosed), session.begin_nested():
            captures.capture(session, cremona, evening.authorization_id, on=date(2026, 10, 31), actor="P04")
        captures.capture(session, cremona, evening.authorization_id, actor="P04")

    assert balances(session, cremona, "provider:") == {"provider:P04": -6_000}
    assert verification.verify(session, cremona) == []
