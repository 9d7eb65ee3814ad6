"""The same document is never given back beyond what it says."""

from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from tests.wallet.reimbursements.conftest import Desk
from wallet.reimbursements.errors import (
    DocumentNotTaken,
    DocumentUsedBefore,
    ExpenseTotalDiffers,
    ReceiptAskedBefore,
    ReimbursementError,
)
from wallet.reimbursements.words import Reason, State


def test_the_same_document_again_is_refused_however_it_is_written(desk: Desk) -> None:
    desk.submit(document_no="Fatt. n. 12/A", document=10_000)

    for number, supplier in (("Fatt. n. 12/A", "Cooperativa Il Gioco"), ("FATT N 12 A", "Il Gioco soc. coop.")):
        with pytest.raises(ReceiptAskedBefore) as raised:
            desk.submit(document_no=number, supplier=supplier, document=10_000)
        assert "0,00" in raised.value.text("it")


@pytest.mark.parametrize("number", ["Fattura n. 12/2026", "0012/2026", "12/26", "FT 12", "n.12", "12"])
def test_a_number_is_the_same_with_its_year_its_zeros_and_its_words_or_without(desk: Desk, number: str) -> None:
    desk.submit(document_no="12/2026", document=10_000)

    with pytest.raises(ReceiptAskedBefore):
        desk.submit(document_no=number, document=10_000)


def test_numbers_that_differ_in_where_they_are_parted_are_two(desk: Desk) -> None:
    desk.submit(document_no="1/12", document=10_000)

    for number in ("11/2", "112", "12/1", "1/12/A", "1/12/2025"):
        assert desk.submit(document_no=number, document=10_000).status is State.SUBMITTED


def test_the_rest_of_a_document_may_be_asked_for_later(desk: Desk) -> None:
    desk.submit(document_no="7", document=20_000, amount=15_000, files=[desk.upload("sette")])

    with pytest.raises(ReceiptAskedBefore):
        desk.submit(document_no="7", document=20_000, amount=5_001, files=[desk.upload("sette")])
    rest = desk.submit(document_no="7", document=20_000, amount=5_000, files=[desk.upload("sette")])

    assert rest.status is State.SUBMITTED


def colleague(desk: Desk) -> dict[str, str]:
    """Somebody else of the book, with credit and a child."""
    scene = desk.scene
    other = scene.person()
    scene.grant(60_000, worker=other)
    child = scene.relative(worker=other, tax_code=factories.tax_code(born=date(2018, 6, 1)))
    return {"employee_id": other, "relative_id": child}


def test_a_colleague_of_the_same_book_cannot_have_it_back_again(desk: Desk) -> None:
    other = colleague(desk)
    desk.submit(document_no="7", document=20_000)

    with pytest.raises(DocumentNotTaken):
        desk.submit(**other, document_no="7", document=20_000)


TRIED = {
    "spent": ({"document_no": "7", "document": 20_000, "amount": 100}, ReceiptAskedBefore),
    "another total": ({"document_no": "7", "document": 20_001, "amount": 1}, ExpenseTotalDiffers),
    "another number, the same file": ({"document_no": "8", "document": 20_000}, DocumentUsedBefore),
}


@pytest.mark.parametrize("tried", TRIED)
def test_who_tries_a_colleagues_document_learns_one_thing_and_the_office_why(desk: Desk, tried: str) -> None:
    facts, told_to_office = TRIED[tried]
    other, file = colleague(desk), desk.upload("sette")
    desk.submit(document_no="7", document=20_000, files=[file])

    refusals: list[ReimbursementError] = []
    for office in (False, True):
        with pytest.raises(ReimbursementError) as raised:
            desk.submit(**other, **facts, files=[file], office=office)
        refusals.append(raised.value)

    assert [type(refusal) for refusal in refusals] == [DocumentNotTaken, told_to_office]
    # Every way to try says the very same.
    assert (refusals[0].details, refusals[0].code) == ({}, "document_not_taken")


def test_what_is_left_of_a_document_of_two_is_told_to_neither(desk: Desk) -> None:
    other = colleague(desk)
    desk.submit(document_no="7", document=20_000, amount=5_000, files=[desk.upload("sette")])
    desk.submit(**other, document_no="7", document=20_000, amount=7_000, files=[desk.upload("sette")])

    for whose in ({}, other):
        with pytest.raises(DocumentNotTaken):
            desk.submit(**whose, document_no="7", document=20_000, amount=8_001, files=[desk.upload("sette")])


def test_who_mends_into_a_colleagues_document_learns_no_more(desk: Desk) -> None:
    other = colleague(desk)
    desk.submit(document_no="7", document=20_000)
    found = desk.submit(**other, document_no="9", document=20_000)
    desk.ask_fix(found, Reason.NUMBER_DIFFERS)

    with pytest.raises(DocumentNotTaken), desk.scene.session.begin_nested():
        desk.fix(found, document_no="7")


def test_another_total_for_the_same_document_is_refused(desk: Desk) -> None:
    desk.submit(document_no="7", document=20_000, amount=100)

    with pytest.raises(ExpenseTotalDiffers):
        desk.submit(document_no="7", document=40_000, amount=100)


@pytest.mark.parametrize("ending", ["withdraw", "reject", "expire"])
def test_what_came_to_nothing_may_be_submitted_anew(desk: Desk, ending: str) -> None:
    found = desk.submit(document_no="7", document=20_000, files=[desk.upload("sette")])
    if ending == "withdraw":
        desk.withdraw(found)
    elif ending == "reject":
        desk.reject(found, Reason.DOCUMENT_UNREADABLE)
    else:
        desk.ask_fix(found, Reason.DOCUMENT_UNREADABLE)
        desk.scene.go_to(date(2026, 4, 10))

    again = desk.submit(document_no="7", document=20_000, files=[desk.upload("sette")])

    assert again.status is State.SUBMITTED
    assert desk.left() == 40_000


def test_what_was_not_approved_of_it_may_be_asked_for_again(desk: Desk) -> None:
    found = desk.submit(document_no="7", document=20_000)
    desk.approve(found, 12_000, reasons=[Reason.AMOUNT_DIFFERS])

    with pytest.raises(ReceiptAskedBefore):
        desk.submit(document_no="7", document=20_000, amount=8_001)
    assert desk.submit(document_no="7", document=20_000, amount=8_000).status is State.SUBMITTED


def test_a_file_stands_behind_one_expense(desk: Desk) -> None:
    desk.submit(document=1_000, files=[desk.upload("unica")])

    with pytest.raises(DocumentUsedBefore):
        desk.submit(document=1_000, files=[desk.upload("unica")])
