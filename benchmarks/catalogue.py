"""The network with its own services, and with twenty thousand: every page and filter of the catalogue."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from html import unescape

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks import town
from network import loading

MANY = 20_000
# Each of the network's services once more as often as it takes, at prices and under names of their own.
_SERVICES = """
insert into service (code, name, kind, provider_code, territory_code, unit, area, need, categories, category_doubtful,
                     made_for, min_age, delivery, channels, acceptance_hours)
select s.code || '-' || n, s.name || ' ' || n, s.kind, s.provider_code, s.territory_code, s.unit, s.area, s.need,
       s.categories, s.category_doubtful, s.made_for, s.min_age, s.delivery, s.channels, s.acceptance_hours
from (select * from service) s cross join generate_series(1, :copies) n
"""
_PRICES = """
insert into service_price (service_code, valid_from, valid_to, price_minor, net_minor, vat_minor, vat_regime,
                           vat_if_not_listed, recorded_at)
select p.service_code || '-' || n, p.valid_from, p.valid_to, p.price_minor + n * 37 % 1999, p.net_minor + n * 37 % 1999,
       p.vat_minor, p.vat_regime, p.vat_if_not_listed, p.recorded_at
from (select * from service_price) p cross join generate_series(1, :copies) n
"""
# Every page that lists services, and every filter by itself and with others.
PAGES = (
    "/",
    "/t/cremona",
    "/servizi/ADI-CR",
    "/servizi",
    "/servizi?chi=anziano",
    "/servizi?chi=io",
    "/servizi?cosa=anziani",
    "/servizi?dove=Cremona",
    "/servizi?dove=Roma",
    "/servizi?dove=Cremona&entro=100",
    "/servizi?dove=Cremona&entro=ovunque",
    "/servizi?come=home",
    "/servizi?come=remote",
    "/servizi?parole=assistenza",
    "/servizi?parole=trapezista",
    "/servizi?da=10&a=30",
    "/servizi?paga=denaro",
    "/servizi?cosa=previdenza&chi=anziano",
    "/servizi?territorio=cremona",
    "/servizi?fornitore=P04",
    "/servizi?dove=Cremona&cosa=anziani&chi=anziano&a=30",
)
# And of these a page in the middle, the one after it and the one before it.
READ_ON = ("/servizi", "/servizi?dove=Cremona&entro=ovunque", "/servizi?cosa=anziani&chi=anziano")
_ONWARD = re.compile(r'rel="(next|prev)" href="([^"]+)"')


def fill(services: int | None) -> Callable[[str], None]:
    """Return what loads the network, with so many services or its own."""

    def load(address: str) -> None:
        bench = town.engine(address)
        with Session(bench) as session, session.begin():
            loading.load(session)
            if services is not None:
                own = session.scalars(sa.text("select count(*) from service")).one()
                for statement in (_SERVICES, _PRICES):
                    session.execute(sa.text(statement), {"copies": services // own - 1})
        # Which the database does by itself a minute later.
        with bench.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("vacuum analyze"))
        bench.dispose()

    return load


class Reader:
    """A browser in which nobody has signed in, on one connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    def seconds(self, path: str, times: int) -> float:
        """Return how long a page takes, of so many in a row."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.connect()
        start = time.perf_counter()
        for _ in range(times):
            self._text(connection, path)
        took = time.perf_counter() - start
        connection.close()
        return took / times

    def onward(self, path: str, pages: int) -> tuple[str, ...]:
        """Follow a list so many pages on; return the addresses of the last of them and of the one before it."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        links: dict[str, str] = {}
        for _ in range(pages):
            links = {way: unescape(link) for way, link in _ONWARD.findall(self._text(connection, path))}
            if "next" not in links:
                break
            path = links["next"]
        connection.close()
        return (path, *(link for way, link in links.items() if way == "prev"))

    def _text(self, connection: http.client.HTTPConnection, path: str) -> str:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, (path, answer.status)
        return text
