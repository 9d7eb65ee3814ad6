"""The operator settles: a run looked at and prepared, its file for the bank, the bank's answer, and a month cleared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import FilePayload, expect
from sqlalchemy.engine import URL

from config import clock, database
from tests.api.v1.offices import NOW, opened
from tests.pages.conftest import Place
from tests.pages.site import serving, work_off
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey
from tests.wallet.settlement import bank


@pytest.fixture
def offices(place: Place, server: URL, template: URL, worker_id: str, tmp_path: Path) -> Iterator[Place]:
    """Two employers, a municipality and a network that delivered in March, of which nobody is paid."""
    with (
        opened(server, template, f"settling_{worker_id}", tmp_path) as found,
        serving(found.counter.app, NOW) as address,
        clock.at(NOW),
    ):
        database.transact(lambda session: session.execute(sa.text("delete from clearing_run")))
        yield Place(found.counter, address, place.browser)


def camt(*entries: str) -> FilePayload:
    return {"name": "camt053.xml", "mimeType": "application/xml", "buffer": bank.statement(*entries).encode()}


def paid_to(provider: str) -> tuple[str, str]:
    """The number and the amount of a provider's transfer."""
    statement = sa.text("select end_to_end_id, amount_minor from payout_payment where provider_code = :code")
    row = database.transact(lambda session: session.execute(statement, {"code": provider}).one())
    return row.end_to_end_id, f"{row.amount_minor // 100}.{row.amount_minor % 100:02d}"


@journey("the operator pays providers and clears a month")
def test_providers_are_paid_the_bank_is_read_and_march_is_cleared(offices: Place, way: Way) -> None:
    with travelling(offices, way) as traveller:
        hand = traveller.hand
        traveller.is_("operator")
        traveller.goes("/rete/pagamenti")
        hand.type("reference", "però")
        hand.press("Guarda che cosa paga")
        traveller.must_mend()
        hand.type("reference", "MAGGIO")
        hand.press("Guarda che cosa paga")
        traveller.headed("Che cosa paga «%(name)s»", name="MAGGIO")
        traveller.look()
        hand.press("Prepara %(amount)s")
        traveller.reads("In attesa di cominciare.")
        traveller.look()
        work_off()
        if not way.scripts:
            hand.follow("Aggiorna")
        hand.follow("Guarda il pagamento e scarica il file")
        traveller.look()
        file = hand.take(traveller.main.locator('a[href$="/file/iso"]')).path().read_text()
        mine, amount = paid_to("P25")
        assert mine in file
        for path in (f"{traveller.path()}/rimasti", f"/rete/bonifici/{mine}"):
            traveller.goes(path)
            traveller.look()

        traveller.goes("/rete/banca")
        hand.choose("file", [{"name": "camt053.xml", "mimeType": "application/xml", "buffer": b"<html>"}])
        hand.press("Leggi l'estratto")
        traveller.must_mend()
        known = bank.entry(bank.Tx(amount, end_to_end_id=mine), booked_on="2026-05-04", ref="1")
        unknown = bank.entry(bank.Tx("1234567.89", remittance="boh"), booked_on="2026-05-03", ref="2")
        hand.choose("file", [camt(known, unknown)])
        hand.press("Leggi l'estratto")
        traveller.sees("1.234.567,89" if way.language == "it" else "1,234,567.89")
        traveller.look()
        hand.push(traveller.main.locator('a[href*="/rete/banca/movimenti/"]').first)
        traveller.page.wait_for_url("**/movimenti/**")
        traveller.look()
        hand.pick("what", "not_ours")
        hand.type("reason", "bonifico di altri")
        hand.press("Chiudi il movimento")
        traveller.look()

        traveller.goes("/rete/compensazione")
        hand.type("month", "2026-03")
        hand.press("Guarda che cosa si devono")
        expect(traveller.main.locator("img.company-chart")).to_be_visible()
        traveller.look()
        hand.press("Chiudi %(month)s")
        traveller.look()
        work_off()
        if not way.scripts:
            hand.follow("Aggiorna")
        hand.follow("Guarda chi riceve e chi paga")
        traveller.reads("Una posizione per territorio: la somma fa zero")
        traveller.look()

        traveller.is_("p25")
        traveller.goes("/fornitore/pagamenti")
        traveller.look()
        hand.follow(mine)
        traveller.headed("Pagamento %(number)s", number=mine)
        traveller.look()
