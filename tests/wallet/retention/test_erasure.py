"""What is kept of a person, until when and why; and that what nothing keeps is gone."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from config.database import ROOT
from ledger import accounts, seals
from plans import people
from tests import factories
from tests.wallet.retention.conftest import WORDS, Person, found_in, leave
from wallet import delivery_places
from wallet.delivery_places import Place
from wallet.retention import erasure, holds, law
from wallet.retention.erasure import Item
from wallet.retention.errors import HoldReasonNeeded, LegalHoldLifted, LegalHoldNotFound
from wallet.retention.law import Kind

LATER = date(2037, 1, 1)


def report(person: Person, on: date) -> dict[Kind, Item]:
    return {item.kind: item for item in erasure.report(*person.asked, on=on)}


def erase(person: Person, on: date) -> erasure.Erasure | None:
    person.scene.go_to(on)
    return erasure.erase(*person.asked, on=on, actor="office", reason="richiesta")


def test_what_is_kept_is_told_with_the_law_that_keeps_it_and_until_when(person: Person) -> None:
    found = report(person, date(2026, 3, 10))

    assert {kind: item.kept for kind, item in found.items()} == {
        Kind.IDENTITY: True,
        Kind.CONTACT: True,
        Kind.RELATIVES_UNUSED: False,
        Kind.RELATIVES: True,
        Kind.DECLARATIONS: True,
        Kind.DOCUMENTS: True,
        Kind.EXPENSES: True,
        Kind.PAYMENTS: True,
        Kind.JOURNAL: True,
    }
    documents = found[Kind.DOCUMENTS]
    assert (documents.year, documents.until, documents.term) == (2026, date(2036, 12, 31), "accounting")
    assert (found[Kind.CONTACT].term, found[Kind.JOURNAL].term) == ("contract", "pseudonym")


def test_only_what_nothing_keeps_goes_at_once(person: Person) -> None:
    done = erase(person, date(2026, 3, 10))

    assert done is not None
    assert "Baldassarri" not in {word for _, _, word in found_in(person.scene.session)}
    card = people.employee(*person.asked)
    assert (card.last_name, card.email) == ("Quintavalle", "zoraide@example.it")
    assert erase(person, date(2026, 3, 10)) is None


def test_where_a_service_was_to_come_goes_when_its_person_asks(person: Person) -> None:
    session, book_id, _ = person.asked
    made = person.scene.buy("INF-CR")
    place = Place("019036", "via Zoraide 1", "Zoraide", "0372 123456")
    delivery_places.tell(session, book_id, made.authorization_id, place, actor="test")
    found = report(person, date(2026, 3, 10))[Kind.PLACES]

    done = erase(person, date(2026, 3, 10))

    assert (found.count, found.year, found.kept) == (1, None, False)
    assert done is not None
    assert done.took(Kind.PLACES)
    assert delivery_places.of(session, book_id, made.authorization_id) is None


def test_who_left_with_nothing_open_is_written_to_no_more(person: Person) -> None:
    leave(person)

    found = report(person, date(2027, 3, 1))
    erase(person, date(2027, 3, 1))

    assert not found[Kind.CONTACT].kept
    assert (found[Kind.IDENTITY].kept, found[Kind.IDENTITY].until) == (True, date(2037, 12, 31))
    assert people.employee(*person.asked).email is None


def test_after_the_last_term_no_table_and_no_file_says_who_it_was(person: Person) -> None:
    session, book_id, _ = person.asked
    leave(person)
    seals.seal(session, book_id)
    paths = [person.desk.store.path(document.sha256) for document in person.documents]
    before = accounts.trial_balance(session, book_id)
    known = {word for _, _, word in found_in(session)}
    assert known == set(WORDS)
    assert all(path.exists() for path in paths)

    done = erase(person, date(2038, 1, 1))
    removed = erasure.remove_files(session, person.desk.store)

    assert done is not None
    assert found_in(session) == set()
    assert removed == len(paths)
    assert not any(path.exists() for path in paths)
    assert seals.verify_chain(session, book_id) == []
    assert accounts.trial_balance(session, book_id) == before
    assert person.scene.differences() == []
    assert erase(person, date(2038, 1, 2)) is None
    assert [one.erasure_id for one in erasure.every(session, book_id)] == [done.erasure_id]


def test_a_colleague_keeps_everything(person: Person) -> None:
    session, book_id, _ = person.asked
    colleague = person.scene.person(first_name="Ildebrando", last_name="Tramontana", email="ildebrando@example.it")
    person.scene.relative(worker=colleague, first_name="Serafina", last_name="Tramontana")
    leave(person)

    erase(person, date(2038, 1, 1))

    words = ("Ildebrando", "Tramontana", "ildebrando@example.it", "Serafina")
    assert {word for _, _, word in found_in(session, words)} == set(words)
    assert people.employee(session, book_id, colleague).last_name == "Tramontana"


def test_a_file_that_somebody_else_handed_in_too_stays(person: Person) -> None:
    session, _, _ = person.asked
    colleague = person.scene.person()
    person.scene.grant(60_000, worker=colleague)
    child = person.scene.relative(worker=colleague, tax_code=factories.tax_code(born=date(2018, 6, 1)))
    other = person.desk.submit(employee_id=colleague, relative_id=child)
    # In one book a file is handed in once; in two books the same one may be.
    same = sa.text(
        "insert into reimbursement_document select book_id, 'doc_same', reimbursement_id, step, purpose, :sha256,"
        " size_bytes, media_type, name, actor, recorded_at from reimbursement_document where reimbursement_id = :id"
    )
    session.execute(same, {"sha256": person.documents[0].sha256, "id": other.reimbursement_id})
    leave(person)

    erase(person, date(2038, 1, 1))

    assert erasure.remove_files(session, person.desk.store) == 0
    assert person.desk.store.path(person.documents[0].sha256).exists()


@pytest.mark.parametrize(
    ("on", "gone"),
    [
        (date(2036, 12, 31), set()),
        (LATER, {Kind.RELATIVES, Kind.DECLARATIONS, Kind.DOCUMENTS, Kind.EXPENSES, Kind.PAYMENTS}),
    ],
)
def test_time_erases_tax_period_by_tax_period_also_of_who_still_works_there(
    person: Person, on: date, gone: set[Kind]
) -> None:
    session, book_id, worker = person.asked
    person.scene.go_to(on)

    done = erasure.erase_past(session, book_id, on=on, actor="job", reason="termine")
    again = erasure.erase_past(session, book_id, on=on, actor="job", reason="termine")

    assert {item["kind"] for one in done for item in one.report} == gone
    assert [one.employee_id for one in done] == [worker] * bool(gone)
    assert again == []
    assert people.employee(*person.asked).last_name == "Quintavalle"


def test_a_legal_hold_on_a_tax_year_keeps_what_belongs_to_it_until_it_is_lifted(person: Person) -> None:
    session, book_id, _ = person.asked
    leave(person)
    person.scene.go_to(date(2038, 1, 1))
    hold = holds.place(session, book_id, tax_year=2026, reason="accertamento 2026", actor="office")

    held = report(person, date(2038, 1, 1))
    erase(person, date(2038, 1, 1))
    still = {word for _, _, word in found_in(session)}
    past = erasure.erase_past(session, book_id, on=date(2038, 1, 1), actor="job", reason="termine")
    holds.lift(session, book_id, hold.hold_id, actor="office")
    erase(person, date(2038, 1, 1))

    assert (held[Kind.DOCUMENTS].kept, held[Kind.DOCUMENTS].holds) == (True, (hold.hold_id,))
    assert (held[Kind.IDENTITY].kept, held[Kind.CONTACT].kept) == (True, False)
    assert {"Quintavalle", "Ermenegilda"} <= still
    assert past == []
    assert found_in(session) == set()


def test_a_legal_hold_on_a_person_keeps_all_of_theirs_and_nobody_elses(person: Person) -> None:
    session, book_id, worker = person.asked
    colleague = person.scene.person(email="altro@example.it", left_on=date(2026, 6, 30))
    leave(person)
    person.scene.go_to(date(2038, 1, 1))
    holds.place(session, book_id, employee_id=worker, reason="causa", actor="office")

    assert erase(person, date(2038, 1, 1)) is None
    assert (
        erasure.erase(session, book_id, colleague, on=date(2038, 1, 1), actor="office", reason="richiesta") is not None
    )


def test_a_hold_is_lifted_once_and_found_in_its_book_alone(person: Person) -> None:
    session, book_id, _ = person.asked
    hold = holds.place(session, book_id, reason="ispezione", actor="office")
    holds.lift(session, book_id, hold.hold_id, actor="office")

    with pytest.raises(LegalHoldLifted):
        holds.lift(session, book_id, hold.hold_id, actor="office")
    with pytest.raises(LegalHoldNotFound):
        holds.find(session, book_id + 1, hold.hold_id)
    with pytest.raises(HoldReasonNeeded):
        holds.place(session, book_id, reason=" ", actor="office")
    assert [one.hold_id for one in holds.every(session, book_id)] == [hold.hold_id]


def test_words_that_the_sealed_journal_names_are_counted(person: Person) -> None:
    bought = person.scene.buy("PSI-CR", channel="DIRECT")
    person.scene.capture(bought)
    person.scene.refund(bought, reason="Zoraide Quintavalle era malata")

    assert report(person, date(2026, 3, 10))[Kind.JOURNAL].named == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update reimbursement_step set note = 'x'",
        "update reimbursement_document set name = 'x'",
        "update dispute_event set note = 'x'",
        "update employee_fact set child_tax_code = 'X123456789012345'",
    ],
)
def test_history_changes_in_no_other_way(person: Person, statement: str) -> None:
    session = person.scene.session

    def refused(*before: str) -> bool:
        point = session.begin_nested()
        try:
            for one in (*before, statement):
                session.execute(sa.text(one))
        except sa.exc.DBAPIError:
            return True
        finally:
            point.rollback()
        return False

    erasing = "select set_config('borsellino.erasing', 'on', true)"
    assert refused()
    assert refused(erasing, "set local role borsellino_network")
    assert not refused(erasing)


@pytest.mark.parametrize(
    "statement",
    ["update reimbursement_step set kind = 'pay'", "update entry set memo = 'x'", "delete from reimbursement_step"],
)
def test_an_erasure_changes_nothing_but_words(person: Person, statement: str) -> None:
    person.scene.session.execute(sa.text("select set_config('borsellino.erasing', 'on', true)"))

    with pytest.raises(sa.exc.DBAPIError), person.scene.session.begin_nested():
        person.scene.session.execute(sa.text(statement))


def test_every_kind_has_its_rule_and_every_term_its_source() -> None:
    rules = law.load()

    assert set(rules) == set(Kind)
    assert all(term.source and term.checked_on for rule in rules.values() for term in rule.terms)
    assert rules[Kind.DOCUMENTS].until(2026) is not None
    assert rules[Kind.RELATIVES_UNUSED].until(2026) is None


def test_the_page_names_every_kind_with_what_keeps_it() -> None:
    page = (ROOT / "docs" / "retention.md").read_text(encoding="utf-8")
    rows = {
        kind: (what, frozenset(re.findall(r"`(\w+)`", terms)))
        for kind, what, terms in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    }

    assert rows == {
        str(kind): (rule.en, frozenset(term.term_id for term in rule.terms)) for kind, rule in law.load().items()
    }
