"""Story 6 on pages: Pietro paid himself, the invoice is in his wife's name, he mends it, and payroll pays."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import FilePayload

from api.access.roles import Role
from plans.rulebook.words import Kinship
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import Traveller, travelling
from tests.pages.ways import Way, journey
from tests.wallet.reimbursements.conftest import SUPPLIER, pdf


def paper(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def reviews(traveller: Traveller, claim: str) -> None:
    """Go on as Marta, at the reimbursement that came in."""
    traveller.is_("marta")
    traveller.goes("/wm/rimborsi")
    traveller.look()
    traveller.goes(f"/wm/rimborsi/{claim}")
    traveller.look()


@journey("pietro mends a reimbursement and is paid")
def test_story_6_pietro_mends_what_was_asked_and_payroll_pays(place: Place, way: Way) -> None:
    pietro = people.worker(place.counter, "Pietro")
    child = people.relative(place.counter, pietro, Kinship.CHILD, first_name="Anna", birth_date=date(2017, 5, 2))
    payroll = people.office(place.counter, Role.PAYROLL, at=pietro)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(pietro)
        traveller.goes("/io/rimborsi")
        hand.follow("Chiedi un rimborso")
        traveller.look()
        hand.push(traveller.main.locator('a[href$="spesa=SUMMER_CENTRE"]'))
        traveller.reads("Che cosa serve")
        told = {
            "supplier": "Cooperativa Il Gioco",
            "supplier_tax_code": SUPPLIER,
            "document_no": f"P-{pietro}",
            "document_on": "2026-03-02",
            "document": "220,00",
            "expense_on": "2026-03-02",
        }
        hand.pick("relative", child)
        for name, text in told.items():
            hand.type(name, text)
        hand.pick("means", "CARD")
        hand.pick("holder", "EMPLOYEE")
        hand.choose("documents", [paper("fattura.pdf", b"MZ no invoice")])
        hand.tick("payment_shown")
        for box in traveller.main.locator('input[name="statements"]').all():
            hand.tick("statements", box.get_attribute("value"))
        hand.press("Chiedi il rimborso")
        # The wrong file is told, and what was typed and ticked is there still.
        traveller.must_mend()
        assert hand.field("supplier").input_value() == told["supplier"]
        hand.choose("documents", [paper("fattura.pdf", pdf(f"in her name {pietro}"))])
        hand.press("Chiedi il rimborso")
        traveller.reads("La stiamo guardando")
        traveller.look()
        claim = traveller.path().rpartition("/")[2]

        reviews(traveller, claim)
        hand.unfold("Qualcosa va sistemato")
        hand.tick("sistemare-reasons", "holder_not_allowed")
        hand.press("Chiedi di sistemare")

        traveller.is_(pietro)
        traveller.goes(f"/io/rimborsi/{claim}")
        traveller.reads("Devi sistemare qualcosa")
        traveller.look()
        hand.choose("documents", [paper("fattura giusta.pdf", pdf(f"in his name {pietro}"))])
        hand.press("Manda le correzioni")
        traveller.reads("La stiamo guardando")

        reviews(traveller, claim)
        hand.press("Approva")
        traveller.look()

        traveller.is_(payroll)
        traveller.goes("/studio/paghe")
        traveller.look()
        hand.follow("Segna pagato")
        traveller.look()
        hand.type("month", "2026-03")
        hand.type("on", "2026-03-02")
        hand.press("Segna come pagato")
        traveller.goes("/studio/paghe/pagati")
        traveller.sees("Pietro")
        traveller.look()

        traveller.is_(pietro)
        traveller.goes(f"/io/rimborsi/{claim}")
        traveller.reads("Pagata in busta paga")
        traveller.look()
    assert people.available(place.counter, pietro) == 60_000 - 22_000
