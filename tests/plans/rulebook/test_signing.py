"""A consultant's signature is of what a rule says: it outlives everything else, and is lost when the rule changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from config import clock
from config.errors import DomainError
from plans.rulebook import loading, signing
from plans.rulebook.errors import (
    RegisterNumberInvalid,
    RulebookDiffers,
    SignatureDayInvalid,
    SignatureNotStanding,
    SignOffNotFound,
)
from plans.rulebook.model import Rulebook
from plans.rulebook.signing import Change, SignOff, Withdrawn

TODAY = date(2026, 11, 22)
VERDI = {"signed_by": "Rita Verdi", "register_number": "Cremona 123"}
NERI = {"signed_by": "Aldo Neri", "register_number": "Napoli 4567"}


def rewritten(old: str = "", new: str = "") -> Rulebook:
    """The shipped rules with one text replaced everywhere it stands."""
    folder = files("plans.rulebook") / "data"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    assert not old or any(old in text for text in texts.values())
    return loading.build({name: text.replace(old, new) if old else text for name, text in texts.items()})


def sign(session: Session, *rule_ids: str, rulebook: Rulebook | None = None, on: date = TODAY, **who: str) -> SignOff:
    """Sign some rules, or all of them."""
    book = rulebook or loading.load()
    rules = [book.by_id[rule_id] for rule_id in rule_ids] or list(book.rows)
    with clock.at(TODAY):
        return signing.sign(session, book, rules, signed_on=on, actor="test", **(VERDI | who))  # type: ignore[arg-type]


def test_nothing_is_signed_at_first(session: Session) -> None:
    rulebook = loading.load()

    found = signing.standing(session, rulebook)

    assert (found.signed, found.total) == (0, len(rulebook.rows))
    assert {one.change for one in signing.differences(session, rulebook)} == {Change.NEVER_SIGNED}


def test_a_signed_rule_says_by_whom_and_when(session: Session) -> None:
    sign(session, "health-fund-cap", "pension-cap-2026", on=date(2026, 11, 20))

    found = signing.standing(session, loading.load())

    assert set(found.signatures) == {"health-fund-cap", "pension-cap-2026"}
    told = found.signatures["health-fund-cap"]
    assert (told.signed_by, told.register_number, told.signed_on) == ("Rita Verdi", "Cremona 123", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("amount = 3615.20", "amount = 3615.21", "amount_minor"),
        ("fino a 3.615,20 euro", "fino a 3.615,20 euro circa", "sentence_it"),
    ],
)
def test_a_changed_rule_loses_its_signature_and_says_what_changed(
    session: Session, old: str, new: str, key: str
) -> None:
    sign(session)
    changed = rewritten(old, new)

    assert "health-fund-cap" not in signing.standing(session, changed).signatures
    assert signing.standing(session, changed).signed == len(changed.rows) - 1
    [found] = signing.differences(session, changed)

    assert (found.rule_id, found.change) == ("health-fund-cap", Change.CHANGED)
    [(field, before, after)] = found.fields
    assert field == key
    assert before != after
    assert found.last is not None
    assert found.last.signed_by == "Rita Verdi"


def test_a_changed_amount_is_told_before_and_after(session: Session) -> None:
    sign(session)

    [found] = signing.differences(session, rewritten("amount = 3615.20", "amount = 3700"))

    assert found.fields == (("amount_minor", "361520", "370000"),)


def test_a_rule_that_says_again_what_was_signed_is_signed_again(session: Session) -> None:
    sign(session)
    sign(session, "health-fund-cap", rulebook=rewritten("amount = 3615.20", "amount = 3700"))

    assert signing.differences(session, loading.load()) == ()


def test_where_a_rule_stands_and_when_it_was_checked_again_cost_no_signature(session: Session) -> None:
    sign(session)
    rulebook = loading.load()
    later = replace(rulebook.rows[0], file="elsewhere.toml", checked_on=date(2026, 11, 30))

    assert signing.content_hash(later) == signing.content_hash(rulebook.rows[0])
    assert signing.content_hash(replace(later, source="another page")) != signing.content_hash(later)


def test_a_signed_rule_that_is_gone_is_told(session: Session) -> None:
    sign(session)
    rulebook = loading.load()
    without = replace(rulebook, rows=rulebook.rows[1:], by_id=dict(list(rulebook.by_id.items())[1:]))

    [found] = signing.differences(session, without)

    assert (found.rule_id, found.change) == (rulebook.rows[0].id, Change.REMOVED)


def test_the_same_person_signs_a_rule_once_and_another_may_sign_it_too(session: Session) -> None:
    first = sign(session, "health-fund-cap")
    again = sign(session, "health-fund-cap", "pension-cap-2026")
    nothing = sign(session, "health-fund-cap", "pension-cap-2026")
    other = sign(session, "health-fund-cap", **NERI)

    assert first.rule_ids == ("health-fund-cap",)
    assert (again.rule_ids, again.already) == (("pension-cap-2026",), ("health-fund-cap",))
    assert (nothing.signoff_id, nothing.rule_ids) == (None, ())
    assert other.rule_ids == ("health-fund-cap",)
    signatures = signing.standing(session, loading.load()).signatures
    assert (signatures["health-fund-cap"].signed_by, signatures["pension-cap-2026"].signed_by) == (
        "Aldo Neri",
        "Rita Verdi",
    )


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"version": "000000000000"}, RulebookDiffers),
        ({"version": "000000000000", "register_number": "Cremona"}, RulebookDiffers),
        ({"register_number": "Cremona", "on": date(2026, 11, 23)}, RegisterNumberInvalid),
        ({"on": date(2026, 11, 23)}, SignatureDayInvalid),
        # The decree of the new circle was published on 19 December 2025.
        ({"on": date(2025, 12, 18)}, SignatureDayInvalid),
    ],
)
def test_what_cannot_be_a_signature_is_refused_and_nothing_is_kept(
    session: Session, values: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        sign(session, "circle-c-relatives", **values)  # type: ignore[arg-type]

    assert signing.standing(session, loading.load()).signed == 0


def test_the_day_of_publication_and_today_are_days_to_sign(session: Session) -> None:
    assert sign(session, "circle-c-relatives", on=date(2025, 12, 19)).rule_ids
    assert sign(session, "circle-c-relatives", on=TODAY, **NERI).rule_ids


@pytest.mark.parametrize("table", ["rule_signoff", "rule_signature"])
@pytest.mark.parametrize("change", ["delete from {0}", "update {0} set signoff_id = 'x'", "truncate {0} cascade"])
def test_a_signature_is_neither_changed_nor_removed(session: Session, table: str, change: str) -> None:
    sign(session, "health-fund-cap")

    with pytest.raises(DBAPIError, match="append only"):
        session.execute(sa.text(change.format(table)))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into rule_signoff values ('sgn_1', '', 'Cremona 1', '2026-01-01', 'v', now(), 'a')",
        "insert into rule_signoff values ('sgn_1', 'Rita', 'Cremona', '2026-01-01', 'v', now(), 'a')",
        "insert into rule_signature values ('sgn_1', 'r', repeat('a', 64), '{\"id\": \"r\"}')",
        "insert into rule_signature select signoff_id, 'r', 'a', '{\"id\": \"r\"}' from rule_signoff",
        "insert into rule_signature select signoff_id, 'r', repeat('a', 64), '{\"id\": \"s\"}' from rule_signoff",
    ],
)
def test_the_database_itself_refuses_a_signature_that_is_none(session: Session, statement: str) -> None:
    sign(session, "health-fund-cap")

    with pytest.raises(IntegrityError):
        session.execute(sa.text(statement))


def withdraw(session: Session, done: SignOff, *rule_ids: str, reason: Withdrawn = Withdrawn.READ_OTHERWISE) -> None:
    with clock.at(TODAY):
        signing.withdraw(session, done.signoff_id or "", rule_ids or None, reason=reason, actor="test")


def test_a_withdrawn_signature_leaves_its_rule_without_one_and_says_why(session: Session) -> None:
    done = sign(session, "health-fund-cap", "pension-cap-2026")

    withdraw(session, done, "health-fund-cap")

    rulebook = loading.load()
    assert set(signing.standing(session, rulebook).signatures) == {"pension-cap-2026"}
    told = {one.rule_id: one for one in signing.differences(session, rulebook)}["health-fund-cap"]
    assert (told.change, told.withdrawn) == (Change.WITHDRAWN, Withdrawn.READ_OTHERWISE)
    assert told.last is not None
    [act] = signing.acts(session)
    assert (act.rules, act.withdrawn) == (2, 1)


def test_what_was_withdrawn_may_be_signed_again_by_the_same_person(session: Session) -> None:
    withdraw(session, sign(session, "health-fund-cap"))
    assert signing.last_signed_on(session) is None

    again = sign(session, "health-fund-cap")

    assert again.rule_ids == ("health-fund-cap",)
    assert signing.standing(session, loading.load()).signed == 1
    assert signing.last_signed_on(session) == TODAY


def test_another_persons_signature_stands(session: Session) -> None:
    sign(session, "health-fund-cap", **NERI)
    withdraw(session, sign(session, "health-fund-cap"))

    found = signing.standing(session, loading.load()).signatures["health-fund-cap"]

    assert found.signed_by == "Aldo Neri"


def test_what_does_not_stand_cannot_be_withdrawn(session: Session) -> None:
    done = sign(session, "health-fund-cap")

    with pytest.raises(SignOffNotFound):
        signing.withdraw(session, "sgn_none", None, reason=Withdrawn.READ_OTHERWISE, actor="test")
    with pytest.raises(SignatureNotStanding):
        withdraw(session, done, "health-fund-cap", "pension-cap-2026")
    assert signing.standing(session, loading.load()).signed == 1
    withdraw(session, done)
    with pytest.raises(SignatureNotStanding):
        withdraw(session, done)


def test_withdrawals_are_never_changed(session: Session) -> None:
    withdraw(session, sign(session, "health-fund-cap"))

    for change in ("update {} set reason = 'X'", "delete from {}", "truncate {}"):
        with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
            session.execute(sa.text(change.format("rule_signature_withdrawal")))
