"""The program: every command under its name."""

from __future__ import annotations

import click

from api.cli.acceptance import acceptance
from api.cli.accountant import accountant
from api.cli.authorize import authorize
from api.cli.bonus import bonus
from api.cli.book import book
from api.cli.budget import budget
from api.cli.data import data
from api.cli.db import db
from api.cli.declarations import declare
from api.cli.demo import demo
from api.cli.elsewhere import elsewhere
from api.cli.events import events
from api.cli.expire import expire
from api.cli.fund import fund
from api.cli.grant import grant
from api.cli.groups import Program, common_options
from api.cli.jobs import jobs
from api.cli.leavers import leavers
from api.cli.ledger import ledger
from api.cli.members import member
from api.cli.network import network
from api.cli.openapi import openapi
from api.cli.opening import opening
from api.cli.payout import payout
from api.cli.payroll import payroll
from api.cli.people import people
from api.cli.plan import plan
from api.cli.position import hand_over, personal_statement, position
from api.cli.purchases import capture, refund, void
from api.cli.recheck import recheck
from api.cli.redemption import redemption
from api.cli.reimbursement import reimbursement
from api.cli.reports_network import clearing_statement, provider_statement, recharge
from api.cli.request import request
from api.cli.residual import residual
from api.cli.rules import rules
from api.cli.seal import seal
from api.cli.serve import serve
from api.cli.settlement import clearing, dispute
from api.cli.social_reports import social
from api.cli.statement import statement
from api.cli.wallet import wallet
from api.cli.worker import worker

SECTIONS: tuple[tuple[str, tuple[click.Command, ...]], ...] = (
    ("Begin", (demo, db, network, book, member)),
    ("Prepare a plan", (people, plan, declare, elsewhere, fund, budget, bonus, opening, grant)),
    ("Spend", (authorize, acceptance, capture, void, refund, redemption, reimbursement, request, wallet)),
    ("Serve citizens", (social,)),
    ("Settle", (dispute, payout, clearing)),
    ("Stand for the tax", (position, hand_over, personal_statement)),
    (
        "Look and close",
        (
            statement,
            payroll,
            accountant,
            provider_statement,
            recharge,
            clearing_statement,
            expire,
            leavers,
            residual,
            ledger,
            seal,
            rules,
            recheck,
        ),
    ),
    ("Run", (serve, worker, jobs, events, data, openapi)),
)


@click.group(
    cls=Program, params=common_options(environment=True), context_settings={"help_option_names": ["-h", "--help"]}
)
def program() -> None:
    """Corporate-welfare wallet and ledger for Italy.

    Every command has its own --help. What it says goes to standard output, errors to standard error; the exit code
    is 0 when done, 1 when a rule refused, 2 when something typed or sent cannot be read (docs/commands.md).
    """


for _title, _commands in SECTIONS:
    for _command in _commands:
        program.add_command(_command)
program.sections = [(title, [command.name or "" for command in commands]) for title, commands in SECTIONS]
