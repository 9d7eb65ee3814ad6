"""Which accounts stand for single people, and for who served them."""

from __future__ import annotations

import pytest

from reports.folding import folded, together


@pytest.mark.parametrize(
    ("code", "under", "what"),
    [
        ("lot:lot_01J", "lot:*", "lot"),
        ("provider:P05", "provider:*", "provider"),
        ("clearing:chieti", "clearing:*", "clearing"),
        ("payroll:emp_01J", "payroll:*", "payroll"),
        ("entrusted:SAD:claims:P07", "entrusted:SAD:claims:*", "claims"),
        ("payroll:paid", "payroll:paid", None),
        ("entrusted:SAD:budget", "entrusted:SAD:budget", None),
        ("plan:lot:receivable", "plan:lot:receivable", None),
        ("bank", "bank", None),
        ("recharge:receivable", "recharge:receivable", None),
    ],
)
def test_single_accounts_are_added_up_and_no_others(code: str, under: str, what: str | None) -> None:
    assert (folded(code), together(under)) == (under, what)
