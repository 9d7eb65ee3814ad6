"""The catalogue over HTTP: searched by everybody with a token, page by page, with what is doubtful said."""

from __future__ import annotations

from typing import Any

import pytest

from plans.rulebook.words import Kinship
from tests.api.counter import Counter
from tests.api.v1.families import kin

PATH = "/v1/services"


def found(counter: Counter, query: str = "", who: str = "giulia") -> list[dict[str, Any]]:
    answer = counter.ask(who, "GET", f"{PATH}?limit=100&{query}")
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert body["has_more"] is False
    data: list[dict[str, Any]] = body["data"]
    return data


def ids(services: list[dict[str, Any]]) -> list[str]:
    return [service["id"] for service in services]


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "p04", "marta", "operator"])
def test_everybody_reads_the_same_catalogue(counter: Counter, who: str) -> None:
    assert found(counter, who=who) == found(counter)
    assert len(found(counter)) == 62


def test_pages_in_the_order_of_distance_meet_every_service_once_and_go_back(counter: Counter) -> None:
    query = f"{PATH}?near=cremona&need=anziani&limit=4"
    everything = ids(found(counter, "near=cremona&need=anziani"))
    met: list[str] = []
    while True:
        after = f"&starting_after={met[-1]}" if met else ""
        page = counter.ask("giulia", "GET", query + after).get_json()
        met += ids(page["data"])
        if not page["has_more"]:
            break

    back = counter.ask("giulia", "GET", f"{query}&ending_before={met[-1]}").get_json()

    assert met == everything
    assert len(met) > 8
    assert ids(back["data"]) == met[-5:-1]
    assert back["has_more"] is True
    remote = [service["distance_km"] for service in found(counter, "near=cremona&need=anziani&orderable=true")]
    assert remote == sorted(remote, key=lambda km: km or 0)


def test_a_cursor_of_another_filter_is_refused(counter: Counter) -> None:
    answer = counter.ask("giulia", "GET", f"{PATH}?territory=matera&starting_after=PSI-CR")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "cursor_unknown")


def test_care_in_matera_is_found_from_cremona_with_its_distance_and_price(counter: Counter) -> None:
    (care,) = found(counter, "near=cremona&comune=077014&text=assistenza%20domiciliare")

    assert (care["id"], care["distance_km"], care["price_minor"], care["currency"]) == ("ADI-MT", 730, 1_950, "EUR")
    assert (care["categories"][0], care["channels"][0], care["orderable"]) == ("CARE", "DIRECT", True)


def test_what_is_doubtful_is_said_and_nothing_is_promised(counter: Counter) -> None:
    meals = counter.ask("giulia", "GET", f"{PATH}/PAS-CR", Accept_Language="it").get_json()
    talk = counter.ask("giulia", "GET", f"{PATH}/PSI-CR", Accept_Language="en").get_json()

    assert [doubt["code"] for doubt in meals["doubts"]] == ["CATEGORY", "VAT"]
    assert "welfare manager" in meals["doubts"][0]["note"]
    assert "decisione" in meals["tax_note"]
    assert "decision" in talk["tax_note"]


def test_prices_keep_a_search_within_bounds(counter: Counter) -> None:
    between = found(counter, "min_price_minor=2000&max_price_minor=2500")

    assert between
    assert all(2_000 <= service["price_minor"] <= 2_500 for service in between)


def test_a_beneficiary_sees_what_may_suit_them(counter: Counter) -> None:
    child, parent = kin(counter, "giulia", Kinship.CHILD, age=8), kin(counter, "giulia", Kinship.PARENT, age=80)

    for_child = {service["made_for"] for service in found(counter, f"relative_id={child}")}
    for_parent = {service["made_for"] for service in found(counter, f"relative_id={parent}")}
    for_giulia = {service["made_for"] for service in found(counter, f"employee_id={counter.people['giulia']}")}

    assert "CHILD" in for_child
    assert "ELDERLY_OR_NOT_SELF_SUFFICIENT" not in for_child
    assert "ELDERLY_OR_NOT_SELF_SUFFICIENT" in for_parent
    assert "CHILD" not in for_parent
    assert "WORKER" in for_giulia


@pytest.mark.parametrize("who", ["mario", "anna"])
def test_anothers_relative_is_not_found(counter: Counter, who: str) -> None:
    child = kin(counter, "giulia", Kinship.CHILD, age=8)

    answer = counter.ask(who, "GET", f"{PATH}?relative_id={child}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "relative_not_found")


@pytest.mark.parametrize("who", ["hr", "payroll", "p04", "operator"])
def test_whoever_may_not_declare_of_relatives_learns_nothing_of_them_by_searching(counter: Counter, who: str) -> None:
    child = kin(counter, "giulia", Kinship.CHILD, age=8)

    for relative in (child, "rel_x"):
        query = f"{PATH}?relative_id={relative}&employee_id={counter.people['giulia']}"
        assert counter.ask(who, "GET", query).get_json()["code"] == "not_allowed"


def test_a_person_of_another_book_is_not_found(counter: Counter) -> None:
    answer = counter.ask("giulia", "GET", f"{PATH}?employee_id={counter.people['anna']}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "employee_not_found")


def test_whose_money_pays_keeps_what_it_may_pay(counter: Counter) -> None:
    own, private = found(counter, "payer=WALLET"), found(counter, "payer=PRIVATE")
    by_manager = found(counter, "payer=WALLET&employer=E1", who="marta")

    assert own
    assert ids(own) == ids(by_manager)
    assert set(ids(own)) <= set(ids(private))
    assert {service["kind"] for service in private} == {"authorization"}
    # The plan is over by then, and money of one's own is not.
    assert found(counter, "payer=WALLET&on=2028-01-10") == []
    assert found(counter, "payer=PRIVATE&on=2028-01-10") != []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "?limit"),
        ("limit=x", "?limit"),
        ("on=02/03/2026", "?on"),
        ("on=2026-W01-1", "?on"),
        ("comune=Cremona", "?comune"),
        ("max_distance_km=10", "?near"),
        ("min_price_minor=2&max_price_minor=1", "?max_price_minor"),
        ("min_price_minor=1.5", "?min_price_minor"),
        ("area=XXX", "?area"),
        ("orderable=1", "?orderable"),
        ("colour=red", "?colour"),
        ("starting_after=a&ending_before=b", "?ending_before"),
    ],
)
def test_a_query_that_is_wrong_names_its_field(counter: Counter, query: str, pointer: str) -> None:
    answer = counter.ask("giulia", "GET", f"{PATH}?{query}")

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_whoever_has_no_book_says_whose_plans(counter: Counter) -> None:
    answer = counter.ask("marta", "GET", f"{PATH}?payer=WALLET")

    assert [each["pointer"] for each in answer.get_json()["errors"]] == ["?employer"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("near=atlantis", "territory_not_found"), ("territory=atlantis", "territory_not_found"),
     ("comune=999999", "comune_not_found")],
)  # fmt: skip
def test_a_place_that_is_not_there_is_said(counter: Counter, query: str, code: str) -> None:
    answer = counter.ask("giulia", "GET", f"{PATH}?{query}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


def test_what_a_client_has_is_not_sent_again(counter: Counter) -> None:
    first = counter.ask("giulia", "GET", f"{PATH}/PSI-CR")
    again = counter.ask("giulia", "GET", f"{PATH}/PSI-CR", If_None_Match=first.headers["ETag"])
    page = counter.ask("giulia", "GET", PATH)

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert counter.ask("giulia", "GET", PATH, If_None_Match=page.headers["ETag"]).status_code == 304


def test_a_service_shows_its_prices_and_the_day_without_one(counter: Counter) -> None:
    listed = counter.ask("giulia", "GET", f"{PATH}/PSI-CR/prices").get_json()["data"]
    before = counter.ask("giulia", "GET", f"{PATH}/PSI-CR?on=2020-01-01").get_json()

    assert [price["id"] for price in listed] == [price["valid_from"] for price in listed]
    assert listed[-1]["price_minor"] == 5_500
    assert (before["price_minor"], before["orderable"]) == (None, False)


@pytest.mark.parametrize("path", [f"{PATH}/NIENTE", f"{PATH}/NIENTE/prices"])
def test_a_service_that_is_not_there_is_404(counter: Counter, path: str) -> None:
    answer = counter.ask("giulia", "GET", path)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "service_not_found")


def test_without_a_token_there_is_no_catalogue(counter: Counter) -> None:
    assert counter.ask(None, "GET", PATH).status_code == 401
