"""Authorize, capture, void, refund; and what the wallet then shows."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import GIULIA, MARIO, TODAY, Shell


@pytest.fixture
def cared(granted: Shell) -> Shell:
    """Giulia's mother lives with her."""
    granted.done(f"declare cohabitation {GIULIA} --relative madre --since 01/01/2026")
    return granted


def authorized(shell: Shell, more: str = "--quantity 2") -> dict[str, str]:
    found: dict[str, str] = json.loads(shell.done(f"authorize {GIULIA} ADI-CR --for madre {more} --json"))
    return dict(found["authorization"])  # type: ignore[call-overload,no-any-return]


def test_a_purchase_is_authorized_with_its_sentence_and_code(cared: Shell) -> None:
    text = cared.done(f"authorize {GIULIA} ADI-CR --for madre --quantity 2", language="it")

    words = text.replace("\u00a0", " ")
    assert "[autorizzata] 2 × ADI-CR = 46,00 €, canale diretto" in words
    assert "Categoria fiscale assistenza ad anziani e non autosufficienti: esenti 46,00 €" in words
    assert "(IVA 5 %" in words
    assert "Codice di riscatto" in text
    assert "Non paghi tasse" in text


def test_a_voucher_is_printed_as_the_document_the_law_asks_for(cared: Shell) -> None:
    line = f"authorize {GIULIA} BUO-CR --channel voucher"

    italian = cared.done(line, language="it").replace("\u00a0", " ")
    english = cared.done(line)
    given = json.loads(cared.done(f"{line} --json"))

    for words in (
        "BUONO nominativo",
        "Titolare: Giulia Niccolò",
        "Servizio: ",
        "Fornitore: ",
        "Valore nominale intero: 25,00 €",
        "Codice di riscatto: ",
        "Emesso il: 02/03/2026",
        "Valido fino al: ",
        "Non trasferibile, non monetizzabile, senza integrazioni.",
    ):
        assert words in italian
    assert "Holder: Giulia Niccolò" in english
    assert "Not transferable, not convertible into money" in english
    voucher = given["voucher"]
    assert (voucher["holder"], voucher["value"]["amount_minor"]) == ("Giulia Niccolò", 2_500)
    assert voucher["code"] == given["authorization"]["code"]
    assert voucher["provider"] == given["provider"]
    assert voucher["issued_on"] == "2026-03-02"
    assert "non monetizzabile" in voucher["terms_it"]


def test_the_holder_of_a_voucher_is_who_uses_the_service(cared: Shell) -> None:
    line = f"authorize {GIULIA} ADI-CR --for madre"
    given = json.loads(cared.done(f"{line} --json"))

    assert given["beneficiary"].startswith("Teresa")
    assert given["voucher"] is None
    assert "Per Teresa Prova, da " in cared.done(line, language="it")
    assert "For Teresa Prova, by " in cared.done(f"{line} --dry-run")


def test_a_frozen_wallet_buys_nothing_until_it_is_unfrozen(cared: Shell) -> None:
    line = f"authorize {GIULIA} ADI-CR --for madre"
    given = authorized(cared)
    cared.done(f"wallet freeze {GIULIA} --dry-run")
    assert "aut_" in cared.done(line)

    assert "Borsellino sospeso" in cared.done(f"wallet freeze {GIULIA}", language="it")

    assert "[wallet_frozen]" in cared.refused(1, line)
    assert "captured" in cared.done(f"capture {given['code']}")
    cared.done(f"wallet unfreeze {GIULIA}")
    assert "aut_" in cared.done(line)
    assert json.loads(cared.done(f"wallet freeze {MARIO} --json"))["status"] == "frozen"
    assert "There is no employee" in cared.refused(1, "wallet freeze emp_nope")


def test_a_provider_is_qualified_again_when_its_documents_are_there(cared: Shell) -> None:
    provider = cared.sql("select provider_code from service where code = 'ADI-CR'")[0][0]
    line = f"network qualify {provider} --from 01/04/2026 --to 31/12/2026 --reason verifica"

    assert "mancano documenti verificati per requisiti economico-finanziari" in cared.refused(1, line, language="it")
    cared.sql("update qualification_record set state = 'QUALIFIED', valid_from = '2026-01-01', valid_to = null")
    assert "è qualificato dal 01/04/2026 al 31/12/2026" in cared.done(line, language="it")
    state = f"select state from provider_state where provider_code = '{provider}' and valid_from = '2026-04-01'"
    assert cared.sql(state) == [("QUALIFIED",)]
    backwards = f"network qualify {provider} --from 01/04/2026 --to 31/03/2026 --reason verifica"
    assert "prima di iniziare" in cared.refused(1, backwards, language="it")
    assert "No provider" in cared.refused(1, "network qualify NOPE --from 01/04/2026 --to 01/05/2026 --reason x")


def test_a_declined_purchase_is_refused_with_its_sentence_and_code_and_recorded(granted: Shell) -> None:
    line = f"authorize {GIULIA} ADI-CR --for madre --quantity 2"

    assert "[beneficiary_not_eligible]" in granted.refused(1, line)
    assert "Rifiutata." in granted.refused(1, line, language="it")
    assert granted.sql('select count(*) from "authorization"') == [(2,)]


def test_a_declined_purchase_in_json_has_its_code(granted: Shell) -> None:
    result = granted.run(f"authorize {GIULIA} ADI-CR --for madre --json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["authorization"]["decline_code"] == "beneficiary_not_eligible"


def test_a_simulation_shows_the_lots_it_would_use(cared: Shell) -> None:
    text = cared.done(f"authorize {GIULIA} ADI-CR --for madre --amount 46,00 --dry-run")

    assert "lot_" in text
    assert cared.sql('select count(*) from "authorization"') == [(0,)]


def test_the_same_key_gives_the_same_answer(cared: Shell) -> None:
    first, second = authorized(cared, "--key k1"), authorized(cared, "--key k1")

    assert first["authorization_id"] == second["authorization_id"]
    assert "already used for another request" in cared.refused(
        1, f"authorize {GIULIA} ADI-CR --for madre --quantity 5 --key k1"
    )


def test_what_is_no_service_and_what_is_no_purchase(granted: Shell) -> None:
    assert 'No service has the code "NOPE"' in granted.refused(1, f"authorize {GIULIA} NOPE")
    assert "quantity or the amount" in granted.refused(2, f"authorize {GIULIA} ADI-CR --quantity 1 --amount 5,00")
    assert "too far in the past" in granted.refused(1, f"authorize {GIULIA} ADI-CR --on 01/01/2026")


def test_an_authorization_is_captured_in_parts_by_id_or_by_code(cared: Shell) -> None:
    given = authorized(cared)

    assert "still held" in cared.done(f"capture {given['authorization_id']} --amount 23,00")
    assert "[captured]" in cared.done(f"capture {given['code'].lower()}")
    assert "is in state 'captured'" in cared.refused(1, f"capture {given['code']}")


def test_a_final_capture_releases_the_rest(cared: Shell) -> None:
    given = authorized(cared)

    text = cared.done(f"capture {given['code']} --amount 23,00 --final")

    assert "[captured]" in text
    assert "577.00" in cared.done(f"wallet show {GIULIA}")


def test_a_capture_beyond_what_is_reserved_is_refused(cared: Shell) -> None:
    given = authorized(cared)

    assert "non si può addebitare 46,01" in cared.refused(1, f"capture {given['code']} --amount 46,01", language="it")


def test_an_authorization_is_voided(cared: Shell) -> None:
    given = authorized(cared)

    assert "liberati 46,00" in cared.done(f"void {given['code']} --reason changed-mind", language="it")
    assert "is in state 'voided'" in cared.refused(1, f"void {given['code']}")


def test_a_capture_is_refunded_in_parts(cared: Shell) -> None:
    given = authorized(cared)
    cared.done(f"capture {given['code']}")

    assert "stornati a favore 11,50" in cared.done(f"refund {given['code']} --amount 11,50", language="it")
    assert "[stornata in parte]" in cared.done(f"refund {given['code']} --amount 1,50", language="it")
    assert "[partially_refunded]" in cared.done(f"refund {given['code']} --amount 10,00 --key r1")
    assert "[refunded]" in cared.done(f"refund {given['code']}")
    assert "can be refunded" in cared.refused(1, f"refund {given['code']} --amount 1,00")


def test_a_refund_may_name_its_capture(cared: Shell) -> None:
    given = authorized(cared)
    lines = (f"capture {given['code']} --amount {amount} --json" for amount in ("20,00", "26,00"))
    first, second = (json.loads(cared.done(line))["entry_ids"][0] for line in lines)

    assert "20.00" in cared.done(f"refund {given['code']} --capture {first}")

    assert "is no capture of" in cared.refused(1, f"refund {given['code']} --capture 999999999")
    assert "Another" in cared.refused(1, f"refund {given['code']} --amount 26,01 --capture {second}")


@pytest.mark.parametrize("verb", ["capture", "void", "refund"])
def test_a_code_that_nobody_gave(granted: Shell, verb: str) -> None:
    assert "is not valid" in granted.refused(2, f"{verb} AAAA-BBBB-CCCC")
    assert "Autorizzazione aut_nope non trovata" in granted.refused(1, f"{verb} aut_nope", language="it")


def test_an_empty_id_is_said_to_be_empty(granted: Shell) -> None:
    assert "it is empty, write a value" in granted.refused(2, "void", "")
    assert "è vuoto, scrivere un valore" in granted.refused(2, "void", "", language="it")


def test_a_code_of_another_book_is_not_found(cared: Shell) -> None:
    given = authorized(cared)
    cared.done("book open E2 --vat-number 00000010215 --home bari --name Altra")

    assert "not found" in cared.refused(1, f"capture {given['code']} --book E2")


def test_dry_runs_of_what_follows_change_nothing(cared: Shell) -> None:
    given = authorized(cared)
    before = cared.contents()

    for verb in ("capture", "void"):
        assert "nothing was written" in cared.done(f"{verb} {given['code']} --dry-run")

    assert cared.contents() == before


def test_a_dry_run_that_is_refused_leaves_its_key_alone(cared: Shell) -> None:
    given = authorized(cared)
    line = f"capture {given['code']} --amount 999,00 --key k1"
    before = cared.contents()

    cared.refused(1, f"{line} --dry-run")

    assert cared.contents() == before
    cared.refused(1, line)
    assert cared.sql("select count(*) from idempotency_key where key = 'k1'") == [(1,)]


def test_the_wallet_shows_lots_holds_and_the_next_expiry(cared: Shell) -> None:
    authorized(cared)

    text = cared.done(f"wallet show {GIULIA}", language="it").replace("\u00a0", " ")

    assert "disponibili 554,00 €, vincolati 46,00 €" in text
    assert "Prossima scadenza: 554,00 € entro il" in text
    assert "autorizzata" in text
    assert "authorized" in cared.done(f"wallet show {GIULIA}")


def test_a_wallet_says_in_italian_what_became_of_each_purchase(cared: Shell) -> None:
    given = authorized(cared)
    cared.refused(1, f"authorize {GIULIA} ADI-CR --for madre --quantity 50")
    cared.done(f"capture {given['code']} --amount 23,00")

    text = cared.done(f"wallet show {GIULIA}", language="it")

    assert "addebitata in parte" in text
    assert "rifiutata: credito insufficiente" in text
    assert "on top" in text
    cared.done(f"capture {given['code']}")
    assert "è nello stato «addebitata»" in cared.refused(1, f"capture {given['code']}", language="it")


def test_an_empty_wallet_is_shown(shell: Shell) -> None:
    assert "available" in shell.done(f"wallet show {MARIO}")


def test_suspending_a_provider_voids_what_is_open(cared: Shell) -> None:
    authorized(cared)
    provider = cared.sql("select provider_code from service where code = 'ADI-CR'")[0][0]

    assert "1 open authorization voided" in cared.done(f"network suspend {provider} --reason DURC")

    assert cared.sql('select status from "authorization"') == [("voided",)]
    assert "[provider_not_qualified]" in cared.refused(1, f"authorize {GIULIA} ADI-CR --for madre")
    assert "No provider" in cared.refused(1, "network suspend NOPE --reason x")


def test_the_fixed_clock_is_the_day_of_the_decision(cared: Shell) -> None:
    assert authorized(cared)["decided_at"].startswith(TODAY.isoformat())
