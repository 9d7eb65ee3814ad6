"""Every state, decline and kind of entry has its Italian words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint

from config.labelled import Labelled
from wallet import labels, reasons
from wallet.declines import Decline
from wallet.errors import AuthorizationNotOpen
from wallet.labels import EntryKind
from wallet.reasons import EventReason, Voiding
from wallet.social.claims import ClaimKind
from wallet.tables import AuthorizationRow


def test_every_decline_is_named() -> None:
    assert set(labels.DECLINES) == {decline.value for decline in Decline}
    assert labels.decline("lot_expired", "it") == "rifiutata: credito scaduto"
    assert labels.decline("lot_expired", "en") == "lot_expired"


def test_every_state_that_the_database_admits_is_named() -> None:
    checks = [str(c.sqltext) for c in AuthorizationRow.__table__.constraints if isinstance(c, CheckConstraint)]  # type: ignore[attr-defined]
    admitted = next(text for text in checks if "partially_refunded" in text)

    assert all(f"'{status}'" in admitted for status in labels.STATUSES)
    assert admitted.count("'") == 2 * len(labels.STATUSES)


def test_a_refusal_names_the_state_in_italian() -> None:
    voided, captured = (AuthorizationNotOpen(authorization="aut_1", status=status) for status in ("voided", "captured"))

    assert voided.text("it").startswith("L'autorizzazione aut_1 è nello stato «annullata»: ")
    assert voided.text("en").startswith("Authorization aut_1 is in state 'voided': ")
    assert "chieda un nuovo acquisto" in voided.text("it")
    assert "stornarla" in captured.text("it")


def test_a_kind_of_entry_that_is_not_the_wallets_stands_for_itself() -> None:
    assert labels.entry("refund", "it") == "storno a favore"
    assert labels.entry("refund", "en") == "refund"
    assert labels.entry("something", "it") == "something"


PACKAGES = [Path(__file__).resolve().parents[2] / name for name in ("wallet", "ledger")]


def calls() -> Iterator[tuple[ast.Module, ast.Call]]:
    """Every call in the packages that write entries and events, with its module."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            module = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(module):
                if isinstance(node, ast.Call):
                    yield module, node


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def said(module: ast.Module, node: ast.expr | None) -> str | None:
    """The text of a constant, in place or by the name of one of its module; None for what is passed on."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    for line in module.body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        if isinstance(target, ast.Name) and isinstance(node, ast.Name) and target.id == node.id:
            return said(module, line.value)  # type: ignore[attr-defined]
    return None


def arguments(functions: set[str], name: str, place: int | None) -> set[str]:
    """What constants are given to these functions as one argument."""
    found = set()
    for module, call in calls():
        if called(call) in functions:
            by_name = next((one.value for one in call.keywords if one.arg == name), None)
            by_place = call.args[place] if place is not None and len(call.args) > place else None
            found.add(said(module, by_name or by_place))
    return {text for text in found if text is not None}


def test_every_kind_of_entry_that_is_written_has_its_words() -> None:
    written = arguments({"Draft"}, "kind", 0) | arguments({"capture", "refund"}, "kind", None)
    written |= arguments({"_write"}, "kind", 3) & {"payout_confirmation", "payout_return"}
    # Chosen at run time: by the instrument of the agreement, and by whether the credit lives on.
    written |= {kind.lower() for kind in ClaimKind} | {"carry_over", "expiry"}

    assert {"grant", "capture", "tender_return", "service_budget", "payroll_repayment", "recharge"} <= written
    assert written - set(EntryKind) == set()


def test_every_reason_of_a_fiscal_event_that_is_written_has_its_words() -> None:
    written = arguments({"append", "append_delivery", "reverse", "move"}, "reason", None) - {""}
    written |= arguments({"finish"}, "reason", 4)

    assert {"voucher_issued", "refund", "extended_cash", "approval_withdrawn", "hold_expired"} <= written
    for code in written:
        assert reasons.of(code)
    assert reasons.label("reimbursed", "it") == "rimborso approvato"


@pytest.mark.parametrize("vocabulary", [EntryKind, EventReason, Voiding], ids=lambda found: found.__name__)
def test_no_two_words_of_a_vocabulary_are_told_alike(vocabulary: type[Labelled]) -> None:
    for language in ("it", "en"):
        told = [word.label(language) for word in vocabulary]
        assert all(told)
        assert len(set(told)) == len(told)


def test_what_was_written_as_a_reason_before_they_were_closed_is_told_as_a_void() -> None:
    assert reasons.label("ricovero della madre", "it") == "annullamento"
