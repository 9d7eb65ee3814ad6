"""What a welfare manager decides: of a provider's papers and place, of disputes, of redemptions that came late."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database
from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled
from tests.api.v1.test_disputes import delivered, dispute
from tests.api.v1.test_redemptions import conflict, redeem
from tests.api.web.browser import Browser, browser_of, text_of
from tests.api.web.counting import asked
from wallet.settlement import cases, disputes
from wallet.settlement.disputes import By

__all__ = ["refilled"]

DISPUTES, LATE, PROVIDERS = "/wm/contestazioni", "/wm/riscatti", "/wm/fornitori"
# Gives psychologists' talks in Milano, of which no other test is.
MILANO = "P18"
DOCUMENTS = {
    "LEGAL.registration": "Visura",
    "ECONOMIC.social_security_regularity": "DURC",
    "AUTHORISATION.authorisation_to_operate": "Accreditamento",
    "QUALITY.service_charter": "Carta dei servizi",
    "TECHNICAL.liability_insurance": "Polizza RCT",
}


def file(browser: Browser, provider: str, requirement: str, **more: object) -> str:
    """Put a document on file for March 2026; where the browser is sent to."""
    path = f"{PROVIDERS}/{provider}/documenti/nuovo"
    told = {
        "requirement": requirement,
        "evidence": DOCUMENTS[requirement],
        "issuer": "Ente",
        "number": f"N-{requirement}",
        "valid_from": "2026-03-01",
        "valid_to": "2027-02-28",
    }
    page = browser.send(path, "", **(told | more))
    assert page.status_code == 302, text_of(page)
    return str(page.location)


def test_a_provider_is_suspended_with_what_is_open_and_reinstated_with_its_papers(counter: Counter) -> None:
    marta, path = browser_of(counter, "marta"), f"{PROVIDERS}/{MILANO}"
    counter.buy(service="PSI-MI")
    page = marta.get(path)
    assert "Se lo sospendi da oggi si annulla 1 acquisto aperto" in text_of(page)

    form = f"{path}/sospensione"
    told = {"suspend-on": "2026-03-02", "suspend-reason": "Assicurazione non rinnovata"}
    for _ in range(2):
        assert marta.send_on(page, path, form, **told).status_code == 302
    after = marta.get(path)
    assert "1 acquisto annullato." in text_of(after)
    assert "non si annulla niente" in text_of(after)
    assert "Motivo: Assicurazione non rinnovata" in text_of(after)

    for requirement in DOCUMENTS:
        file(marta, MILANO, requirement)
    papers = marta.get(path)
    for document in re.findall(r'action="([^"]+/verifica)"', papers.text):
        assert marta.send_on(papers, path, document).status_code == 302
    back = marta.send(
        path, f"{path}/qualifica", valid_from="2026-03-02", valid_to="2027-02-28", reason="Tutto in regola"
    )
    assert back.status_code == 302
    assert "Sospendi" in marta.get(path).text
    assert counter.buy(service="PSI-MI")["status"] == "authorized"


def test_of_a_paper_its_hash_is_kept_and_its_requirement_is_filled_in(counter: Counter) -> None:
    marta, paper = browser_of(counter, "marta"), b"%PDF-1.4 la polizza"
    page = marta.get(f"{PROVIDERS}/P09/documenti/nuovo?requisito=QUALITY.service_charter")
    assert re.search(r'<option selected value="QUALITY.service_charter">', page.text)

    file(marta, "P09", "LEGAL.registration", paper=(BytesIO(paper), "visura.pdf"))

    with database.transaction() as session:
        kept = session.scalar(
            sa.text(
                "select document_sha256 from qualification_record where provider_code = 'P09' and number = :number"
            ),
            {"number": "N-LEGAL.registration"},
        )
    assert kept == sha256(paper).hexdigest()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"evidence": ""}, 422),
        ({"requirement": "LEGAL.nothing"}, 422),
        ({"valid_to": "2026-02-01"}, 422),
        ({"valid_from": "2026-02-30"}, 422),
        ({"paper": (BytesIO(b""), "vuoto.pdf")}, 422),
    ],
    ids=["no name", "no requirement", "backwards", "no day", "empty file"],
)
def test_a_document_that_is_none_keeps_what_was_typed(counter: Counter, told: dict[str, object], status: int) -> None:
    path = f"{PROVIDERS}/P09/documenti/nuovo"
    sound = {
        "requirement": "LEGAL.registration",
        "evidence": "Visura",
        "issuer": "Camera di commercio",
        "number": "1",
        "valid_from": "2026-03-01",
    }

    page = browser_of(counter, "marta").send(path, "", **(sound | told))

    assert page.status_code == status
    assert "Camera di commercio" in page.text
    assert 'id="to-mend"' in page.text


def test_a_suspension_says_why_and_since_when(counter: Counter) -> None:
    path = f"{PROVIDERS}/P09"
    page = browser_of(counter, "marta").send(
        path, f"{path}/sospensione", **{"suspend-on": "", "suspend-reason": "Forse"}
    )

    assert page.status_code == 422
    assert 'value="Forse"' in page.text
    assert browser_of(counter, "marta").send(path, f"{path}/sospensione").status_code == 422


def answered(session: Session, dispute_id: str) -> None:
    book_id = cases.get(session, dispute_id).book_id
    disputes.answer(session, book_id, dispute_id, by=By("mem_p", disputes.Role.PROVIDER), note="Siamo andati")


def test_a_dispute_is_upheld_in_part_or_dismissed_once(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    upheld, dismissed = (dispute(counter, delivered(counter)).get_json()["id"] for _ in range(2))
    path = f"{DISPUTES}/{upheld}"
    page = marta.get(path)
    assert "non è venuta Maria" in page.text
    assert "Il fornitore non ha ancora risposto" in page.text

    bare = marta.send(path, f"{path}/accogli", **{"accogli-note": " "})
    more = marta.send(path, f"{path}/accogli", **{"accogli-amount": "99", "accogli-note": "Troppo"})
    assert (bare.status_code, more.status_code) == (422, 409)
    assert "Troppo" in more.text
    for _ in range(2):
        sent = marta.send_on(page, path, f"{path}/accogli", **{"accogli-amount": "10,00", "accogli-note": "In parte"})
        assert sent.status_code == 302
    other = f"{DISPUTES}/{dismissed}"
    stale = marta.get(other)
    database.transact(lambda session: answered(session, dismissed))
    late = marta.send_on(stale, other, f"{other}/respingi", **{"respingi-note": "C'è la firma"})
    assert (late.status_code, "Siamo andati" in late.text) == (409, True)
    assert marta.send(other, f"{other}/respingi", **{"respingi-note": "C'è la firma"}).status_code == 302

    found = [counter.ask("marta", "GET", f"/v1/disputes/{each}").get_json() for each in (upheld, dismissed)]
    assert [(each["state"], each["left_minor"]) for each in found] == [("upheld", 4_500), ("dismissed", 5_500)]
    assert [event["kind"] for event in found[0]["events"]] == ["opened", "upheld"]
    assert "Decidi" not in marta.get(path).text
    assert "Giulia" in marta.get(f"{DISPUTES}?stato=upheld").text


def test_a_late_redemption_is_charged_replaced_or_dismissed_once(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    (made, charged), (_, replaced), (_, dismissed) = (conflict(counter) for _ in range(3))
    captured = counter.buy()
    redeem(counter, captured["code"])
    path = f"{LATE}/{charged}"
    page = marta.get(path)

    too_much = marta.send_on(page, path, path, decision="charge", note="Sentito il fornitore")
    assert too_much.status_code == 409
    assert "Sentito il fornitore" in too_much.text
    for _ in range(2):
        assert marta.send_on(too_much, path, path, amount="55,00").status_code == 302
    for each, told in ((replaced, {"decision": "replace", "authorization_id": captured["id"]}), (dismissed, {})):
        decided = marta.send(f"{LATE}/{each}", None, **({"decision": "dismiss", "note": "Sentiti"} | told))
        assert decided.status_code == 302, text_of(decided)

    found = [
        counter.ask("marta", "GET", f"/v1/redemptions/{each}").get_json() for each in (charged, replaced, dismissed)
    ]
    assert [each["status"] for each in found] == ["charged", "replaced", "dismissed"]
    assert counter.ask("giulia", "GET", f"/v1/authorizations/{made}").get_json()["captured_minor"] == 5_500
    assert "Decidi" not in marta.get(path).text


def test_a_decision_without_a_reason_or_a_replacement_is_refused(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = f"{LATE}/{conflict(counter)[1]}"

    bare = marta.send(path, None, decision="dismiss", note=" ")
    alone = marta.send(path, None, decision="replace", note="Un altro")

    assert (bare.status_code, alone.status_code) == (422, 422)
    assert marta.get(f"{LATE}/red_none").status_code == 404
    assert marta.get(f"{DISPUTES}/dis_none").status_code == 404


def test_the_pages_take_as_many_statements_however_much_waits(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    pages = ("/wm", DISPUTES, LATE, PROVIDERS, f"{PROVIDERS}/P04")
    dispute(counter, delivered(counter))
    conflict(counter)
    few = [[asked(marta, page) for _ in range(2)][-1] for page in pages]
    for _ in range(3):
        dispute(counter, delivered(counter))
        dispute(counter, delivered(counter, "anna"), "anna")
        conflict(counter)

    assert [asked(marta, page) for page in pages] == few


@pytest.mark.parametrize("path", [DISPUTES, LATE, f"{PROVIDERS}/P04/documenti/nuovo"])
def test_decisions_are_the_welfare_managers_alone_in_both_languages(counter: Counter, path: str) -> None:
    for language in ("it", "en"):
        assert browser_of(counter, "marta", language=language).get(path).status_code == 200
    for who in ("giulia", "hr", "p04", "operator"):
        assert browser_of(counter, who).get(path).status_code == 403
