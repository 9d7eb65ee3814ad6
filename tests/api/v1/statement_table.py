"""Who asks for each kind of statement, with what, who else may, and what the command line writes for the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MARCH = {"month": "2026-03"}
PERIOD = {"starts_on": "2026-03-01", "ends_on": "2026-03-31"}
YEAR = {"year": 2026}
FLOW = {"benefit": "A2.01", "operator_code": "RSSMRA80A01H501U", "month": "2026-03"}
# Who asks for each kind, and with what.
ASKED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "plan_statement": ("hr", {"plan": "A"}),
    "deductibility": ("hr", YEAR | {"labour_cost_minor": 245_000_000}),
    "recharge_list": ("hr", MARCH),
    "payroll_month": ("payroll", MARCH),
    "cu_year": ("accountant", YEAR),
    "journal": ("accountant", PERIOD),
    "trial_balance": ("accountant", PERIOD),
    "recheck": ("accountant", YEAR),
    "personal_statement": ("giulia", YEAR),
    "provider_settlement": ("p25", PERIOD),
    "invoices": ("p25", PERIOD),
    "social_statement": ("comune", PERIOD),
    "siuss_flow": ("comune", FLOW),
    "clearing_statement": ("operator", MARCH),
    "rulebook": ("marta", {}),
}
EVERYBODY = {
    "giulia": "employee", "hr": "employer", "payroll": "payroll", "accountant": "accountant",
    "comune": "municipality", "p25": "provider", "marta": "welfare_manager", "operator": "operator",
}  # fmt: skip
# The table of the issue: who may ask for what.
OPEN_TO = {
    "plan_statement": {"employer", "payroll"},
    "deductibility": {"employer", "accountant"},
    "recharge_list": {"employer", "accountant", "operator"},
    "payroll_month": {"payroll"},
    "cu_year": {"accountant"},
    "journal": {"accountant", "operator"},
    "trial_balance": {"accountant", "operator"},
    "recheck": {"payroll", "accountant"},
    "personal_statement": {"employee"},
    "provider_settlement": {"provider"},
    "invoices": {"provider"},
    "social_statement": {"municipality"},
    "siuss_flow": {"municipality"},
    "clearing_statement": {"operator"},
    "rulebook": {"payroll", "accountant", "welfare_manager", "operator"},
}
# What the command line writes with the same parameters, at the same moment.
TWINS = [
    ("payroll", "plan_statement", {"plan": "A"}, "csv", "statement --plan A --reading payroll --book E1"),
    ("hr", "plan_statement", {"plan": "A"}, "csv", "statement --plan A --book E1"),
    ("hr", "deductibility", YEAR, "pdf", "accountant deductibility --year 2026 --book E1"),
    ("accountant", "deductibility", YEAR | {"detail": True}, "xlsx",
     "accountant deductibility --year 2026 --detail --book E1"),
    ("hr", "recharge_list", MARCH, "csv", "recharge list --month 03/2026 --book E1"),
    ("operator", "recharge_list", MARCH | {"funder": "E1", "detail": True}, "csv",
     "recharge list --month 03/2026 --detail --book E1"),
    ("payroll", "payroll_month", MARCH, "csv", "payroll export --month 03/2026 --book E1"),
    ("accountant", "cu_year", YEAR, "csv", "accountant year --year 2026 --book E1"),
    ("accountant", "journal", PERIOD, "csv", "accountant journal --from 2026-03-01 --to 2026-03-31 --book E1"),
    ("operator", "journal", {"funder": "E1", "detail": True}, "beancount", "accountant journal --detail --book E1"),
    ("accountant", "trial_balance", PERIOD, "csv",
     "accountant trial-balance --from 2026-03-01 --to 2026-03-31 --book E1"),
    ("accountant", "recheck", YEAR, "pdf", "recheck --year 2026 --book E1"),
    ("giulia", "personal_statement", YEAR, "pdf", "personal-statement {giulia} --year 2026 --book E1"),
    ("p25", "provider_settlement", PERIOD, "pdf", "provider-statement P25 --from 2026-03-01 --to 2026-03-31"),
    ("p25", "provider_settlement", PERIOD, "csv", "provider-statement P25 --from 2026-03-01 --to 2026-03-31"),
    ("comune", "social_statement", PERIOD, "pdf", "social statement --from 2026-03-01 --to 2026-03-31 --book {comune}"),
    ("operator", "clearing_statement", MARCH, "pdf", "clearing-statement --month 03/2026"),
    ("operator", "clearing_statement", MARCH | {"territory": "napoli"}, "xlsx",
     "clearing-statement --month 03/2026 --territory napoli"),
    ("marta", "rulebook", {}, "pdf", "rules document"),
]  # fmt: skip
