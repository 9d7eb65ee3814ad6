"""
Two employers and a few purchases, every amount of which is worked out by hand; EUR.

    E1, at home in Cremona                       E3, at home in Napoli
    DOP-CR 130,00 (V5, P02) captured 50 on 10/3, LOG-TP 2 x 40,00 (FORF, P25 in Trapani): 80 on 15/3,
                            50 on 20/3, 30 on 10/4              40 refunded on 2/4
    LOG-TP  40,00 (FORF, P25 in Trapani): 12/3   FIS-NA 350,00 (E18, P12 in Napoli): 140 on 18/3
    PSI-MI  60,00 voucher (E18, P18 in Milano), issued 5/3, captured 9/3
    FIS-NA 350,00 (E18, P12 in Napoli): 70 on 25/3
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from plans import people
from plans.rulebook.words import Channel, Kinship
from tests import factories
from tests.stories.reading import buy, on
from wallet import captures
from wallet.authorizations import Authorization

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
TODAY = date(2026, 5, 4)


@dataclass(frozen=True)
class NetworkStory:
    """The two books and the purchases by name."""

    e1: int
    e3: int
    bought: dict[str, Authorization]


def tell(session: Session) -> NetworkStory:
    """Act it all out; afterwards the clock is free again."""
    with on(session, date(2026, 3, 2)):
        factories.network(session)
        e1 = factories.employer(session, "E1")
        e3 = factories.employer(session, "E3", home="napoli", name="Cooperativa Logistica Partenope")
        giulia = factories.employee(session, e1, first_name="Giulia", last_name="Riservata")
        anna = factories.employee(session, e3, first_name="Anna", last_name="Nascosta")
        card = people.employee(session, e1, giulia)
        child = factories.relative(session, e1, card.tax_code, Kinship.CHILD, birth_date=date(2018, 6, 1))
        for book, person in ((e1, giulia), (e3, anna)):
            factories.plan(session, book)
            factories.funded(session, book)
            factories.grant(session, book, "A", person, 100_000)

    bought: dict[str, Authorization] = {}
    with on(session, date(2026, 3, 5)):
        direct = {"channel": Channel.DIRECT, "service_on": date(2026, 4, 20)}
        bought["after-school"] = buy(session, e1, giulia, "DOP-CR", relative_id=child, **direct)
        bought["speech"] = buy(session, e1, giulia, "LOG-TP", **direct)
        bought["psychologist"] = buy(session, e1, giulia, "PSI-MI", channel=Channel.VOUCHER)
        bought["physiotherapy"] = buy(session, e1, giulia, "FIS-NA", **direct)
        bought["speech twice"] = buy(session, e3, anna, "LOG-TP", 2, **direct)
        bought["physiotherapy at home"] = buy(session, e3, anna, "FIS-NA", **direct)
    assert {each.status for each in bought.values()} == {"authorized"}, {k: v.decline_code for k, v in bought.items()}

    for day, book, name, amount in (
        (date(2026, 3, 9), e1, "psychologist", 6_000),
        (date(2026, 3, 10), e1, "after-school", 5_000),
        (date(2026, 3, 12), e1, "speech", 4_000),
        (date(2026, 3, 15), e3, "speech twice", 8_000),
        (date(2026, 3, 18), e3, "physiotherapy at home", 14_000),
        (date(2026, 3, 20), e1, "after-school", 5_000),
        (date(2026, 3, 25), e1, "physiotherapy", 7_000),
        (date(2026, 4, 10), e1, "after-school", 3_000),
    ):
        with on(session, day):
            money = factories.euro(amount)
            captures.capture(session, book, bought[name].authorization_id, money, actor="provider")
    with on(session, date(2026, 4, 12)):
        captures.refund(
            session, e3, bought["speech twice"].authorization_id, factories.euro(4_000), on=date(2026, 4, 2), actor="op"
        )
    return NetworkStory(e1, e3, bought)
