"""borsellino bonus simulate: cash against welfare, and what is uncertain about it."""

from __future__ import annotations

from datetime import date

import click
from moneyed import Money

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Command
from api.cli.words import AMOUNT, AMOUNT_OR_ZERO, DAY
from config import clock, money
from plans.bonus import rules, simulation
from plans.bonus.rules import BonusRules
from plans.bonus.simulation import Cash, Comparison, Worker, Year
from plans.rulebook import loading


@click.command(cls=Command)
@click.argument("premium", type=AMOUNT)
@click.option("--share", type=int, default=100, show_default=True, help="Percentage taken as welfare, 0 to 100.")
@click.option("--on", type=DAY, help="Day of the choice, which is the day of the tax; today unless given.")
@click.option("--income", type=AMOUNT_OR_ZERO, help="Employment income of the year before; compared and forgotten.")
@click.option(
    "--contributions", type=AMOUNT_OR_ZERO, metavar="PERCENT", help="The worker's rate; the rule's unless given."
)
@click.option("--ordinary-tax", type=AMOUNT, metavar="PERCENT",
              help="The worker's marginal rate, for what the substitute tax does not reach.")  # fmt: skip
@click.option("--converted", type=AMOUNT_OR_ZERO, help="Converted already this year with this employer.")
@click.option("--in-cash", type=AMOUNT_OR_ZERO,
              help="Bonuses already paid this year under the substitute tax, after contributions.")  # fmt: skip
@click.option(
    "--elsewhere", type=AMOUNT_OR_ZERO, help="Converted this year with other employers; unknown unless given."
)
@click.option("--joint", is_flag=True, help="The contract keeps the higher limit of joint involvement.")
@click.option("--waive", is_flag=True, help="The worker waives the substitute tax in writing.")
@click.pass_obj
def simulate(
    caller: Caller,
    premium: Money,
    share: int,
    on: date | None,
    income: Money | None,
    contributions: Money | None,
    ordinary_tax: Money | None,
    converted: Money | None,
    in_cash: Money | None,
    elsewhere: Money | None,
    joint: bool,
    waive: bool,
) -> None:
    """Compare PREMIUM (gross) all in cash with a share of it as welfare, to the cent; nothing is kept."""
    held = rules.at(loading.load(), on or clock.today(), clock.today(), joint=joint)
    within = None if income is None else money.minor(income) <= held.income_limit_minor
    found = simulation.simulate(
        money.minor(premium),
        share,
        held,
        Year(_minor(converted), _minor(in_cash), None if elsewhere is None else money.minor(elsewhere)),
        # An amount of hundredths is a rate of hundredths of one per cent.
        Worker(
            within,
            waive,
            None if contributions is None else money.minor(contributions),
            None if ordinary_tax is None else money.minor(ordinary_tax),
        ),
    )
    _tell(caller, found)


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else money.minor(amount)


def _tell(caller: Caller, found: Comparison) -> None:
    chosen = f"{found.share_percent} %"
    columns = [
        Column("voce", "item", folds=True),
        Column("tutto in denaro", "all in cash", right=True),
        Column(f"{chosen} in welfare", f"{chosen} as welfare", right=True),
    ]
    italian = caller.language == "it"
    rows = [(it if italian else en, euro(one), euro(other)) for (it, en), one, other in _lines(found)]
    caller.table(columns, rows)
    if found.gain_minor is None:
        caller.say(
            "La differenza dipende dall'imposta ordinaria: indicare l'aliquota del lavoratore con --ordinary-tax.",
            "The difference depends on the ordinary tax: give the worker's rate with --ordinary-tax.",
        )
    else:
        caller.say("Differenza per il lavoratore: {gain}.", "Difference for the worker: {gain}.",
                   gain=euro(found.gain_minor))  # fmt: skip
    caller.say(
        "Momento fiscale: il giorno della scelta, {on}. Si possono convertire nell'anno ancora {room}.",
        "Moment of tax: the day of the choice, {on}. Another {room} can be converted in the year.",
        on=found.rules.on, room=euro(found.room_minor - found.welfare_minor),
    )  # fmt: skip
    if not found.income_known:
        caller.say(
            "Non si sa se il reddito dell'anno prima supera {limit}: oltre, il regime non spetta.",
            "Whether last year's income is above {limit} is not known: above it the regime does not apply.",
            limit=euro(found.rules.income_limit_minor),
        )
    tell_rules(caller, found.rules, elsewhere_known=found.elsewhere_known)
    caller.data(
        comparison=found,
        rules=found.rules.rule_ids,
        rulebook_version=found.rules.version,
        doubts=[row.id for row in found.rules.doubts],
    )


def _lines(found: Comparison) -> list[tuple[tuple[str, str], int | None, int | None]]:
    def cash(part: str) -> tuple[int | None, int | None]:
        return getattr(found.all_cash, part), getattr(found.cash, part)

    labels: list[tuple[tuple[str, str], str]] = [
        (("premio in denaro, lordo", "bonus in cash, gross"), "gross_minor"),
        (("contributi del lavoratore", "worker's contributions"), "contributions_minor"),
        (("base dell'imposta sostitutiva", "base of the substitute tax"), "substitute_base_minor"),
        (("imposta sostitutiva", "substitute tax"), "substitute_tax_minor"),
        (("base a tassazione ordinaria", "base at ordinary tax"), "ordinary_base_minor"),
        (("imposta ordinaria", "ordinary tax"), "ordinary_tax_minor"),
        (("denaro netto", "net cash"), "net_minor"),
    ]
    lines = [(label, *cash(part)) for label, part in labels]
    total = (_plus(found.all_cash, 0), _plus(found.cash, found.welfare_minor))
    return [
        *lines,
        (("welfare", "welfare"), 0, found.welfare_minor),
        (("in tutto al lavoratore", "in all to the worker"), *total),
    ]


def _plus(cash: Cash, welfare_minor: int) -> int | None:
    return None if cash.net_minor is None else cash.net_minor + welfare_minor


def tell_rules(caller: Caller, held: BonusRules, *, elsewhere_known: bool) -> None:
    """Say what is not known of other employers, and which rules are interpretations."""
    if not elsewhere_known:
        caller.say(
            "Premi convertiti presso altri datori di lavoro: non si sa; il limite è unico, forse già usato in parte.",
            "Bonuses converted with other employers: unknown; the limit is one, and may be used in part already.",
        )
    for row in held.doubts:
        caller.say(
            "Regola incerta ({id}): {sentence}", "Uncertain rule ({id}): {sentence}",
            id=row.id, sentence=row.sentence_it if caller.language == "it" else row.sentence_en,
        )  # fmt: skip
