"""The personnel office: a budget from a file with mistakes to credit and back, and a plan from a first idea."""

from __future__ import annotations

import base64
import io

import openpyxl
from playwright.sync_api import FilePayload, expect

from tests.api.v1.families import tax_code_of
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.site import work_off
from tests.pages.travelling import Traveller, travelling
from tests.pages.ways import Way, journey

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv(rows: list[tuple[str, str]]) -> FilePayload:
    lines = "".join(f"{code};{amount}\n" for code, amount in rows)
    return {"name": "budget.csv", "mimeType": "text/csv", "buffer": f"codice fiscale;importo\n{lines}".encode()}


def xlsx(rows: list[tuple[str, float]]) -> FilePayload:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (("codice fiscale", "importo"), *rows):
        book.active.append(row)
    book.save(content)
    return {"name": "budget.xlsx", "mimeType": _XLSX, "buffer": content.getvalue()}


def drop(traveller: Traveller, file: FilePayload) -> None:
    """Drag a file to where it may be dropped."""
    carried = traveller.page.evaluate_handle(
        """([name, type, content]) => {
            const carried = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            carried.items.add(new File([bytes], name, { type }));
            return carried;
        }""",
        [file["name"], file["mimeType"], base64.b64encode(file["buffer"]).decode()],
    )
    traveller.main.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": carried})


@journey("the office loads a budget")
def test_a_budget_with_mistakes_is_mended_loaded_followed_and_undone(place: Place, way: Way) -> None:
    hr = people.office(place.counter)
    workers = [people.worker(place.counter, name, at=hr) for name in ("Ada", "Ugo", "Ida", "Leo", "Pia")]
    codes = [tax_code_of(place.counter, who) for who in workers]
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(hr)
        traveller.goes("/azienda/budget")
        hand.choose("file", [csv([(codes[0], "dodici"), ("XXX", "1,00")])])
        hand.press("Controlla il file")
        for wrong in ("dodici", "XXX"):
            traveller.sees(wrong)
        traveller.look()
        assert traveller.page.get_by_role("button", name=hand.say("Accredita ")).count() == 0
        hand.follow("Scegli un altro file")

        mended = xlsx([(codes[0], 600.0), (codes[1], 83.31), *((code, 0.01) for code in codes[2:])])
        if way.scripts and not way.keyboard:
            drop(traveller, mended)
        else:
            hand.choose("file", [mended])
        hand.press("Controlla il file")
        traveller.reads("Il file va bene.")
        traveller.sees("683")
        traveller.look()
        hand.press("Accredita %(amount)s")
        traveller.reads("In attesa di cominciare.")
        traveller.look()
        # It goes on without anybody looking, and is found again.
        following = traveller.path()
        hand.follow("Budget")
        traveller.reads("In lavorazione o da correggere")
        hand.push(traveller.main.locator(f'a[href="{following}"]'))
        traveller.reads("Puoi lasciare questa pagina: il lavoro continua, e lo ritrovi in Budget.")
        work_off()
        if not way.scripts:
            hand.follow("Aggiorna")
        traveller.reads("Fatto.")
        traveller.look()
        assert people.available(place.counter, workers[1]) == 60_000 + 8_331

        hand.follow("Guarda il caricamento")
        traveller.look()
        hand.press("Annulla il caricamento")
        traveller.reads("Annullato: di questo file non resta nessun credito.")
        traveller.look()
    assert [people.available(place.counter, who) for who in workers] == 5 * [60_000]


@journey("the office drafts a plan")
def test_what_a_euro_costs_is_compared_and_a_plan_drafted_through_a_lost_token(place: Place, way: Way) -> None:
    hr = people.office(place.counter)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(hr)
        traveller.goes("/azienda")
        traveller.look()
        traveller.goes("/azienda/simulatore")
        hand.type("amount", "mille")
        hand.press("Confronta")
        traveller.must_mend()
        hand.type("amount", "1.000,00")
        hand.pick("rate", "35")
        hand.press("Confronta")
        traveller.reads("Arriva alla persona")
        expect(traveller.main.locator("img.company-chart")).to_be_visible()
        traveller.look()

        traveller.goes("/azienda/piani")
        hand.follow("Scrivi un piano")
        told = {
            "code": f"CASA-{hr[-2:].upper()}",
            "starts_on": "2026-03-01",
            "ends_on": "2026-12-31",
            "spend_by": "2026-12-31",
            "amount": "600,00",
            "document_ref": "Regolamento 4/2026",
            "signed_on": "2026-02-01",
        }
        for name, text in told.items():
            hand.type(name, text)
        for name, value in {"source": "ON_TOP", "entitlement": "ALL", "source_type": "COMPANY_AGREEMENT"}.items():
            hand.pick(name, value)
        for box in ("CARE", "EDUCATION"):
            hand.tick("categories", box)
        hand.tick("channels", "DIRECT")
        hand.press("Controlla senza pubblicare")
        traveller.must_mend()
        hand.type("name", "Piano casa & famiglia")
        hand.press("Controlla senza pubblicare")
        traveller.reads("Non è ancora pubblicato.")
        traveller.look()

        # The page was open for too long: what it was drawn for is over, and what was written is not.
        traveller.context.clear_cookies(name="borsellino_page")
        hand.press("Pubblica il piano")
        traveller.headed("Così non va")
        traveller.look()
        hand.press("Torna al modulo")
        assert {name: hand.field(name).input_value() for name in told} == told
        hand.press("Pubblica il piano")
        traveller.headed("Piano casa & famiglia")
        traveller.reads("Il piano in parole semplici")
        traveller.look()
