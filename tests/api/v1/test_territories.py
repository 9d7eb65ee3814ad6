"""Territories and municipalities over HTTP."""

from __future__ import annotations

import pytest

from tests.api.counter import Counter


def test_the_territories_are_listed_by_name_page_by_page(counter: Counter) -> None:
    first = counter.ask("giulia", "GET", "/v1/territories?limit=10").get_json()
    rest = counter.ask("p04", "GET", f"/v1/territories?limit=10&starting_after={first['data'][-1]['id']}").get_json()

    names = [territory["name"] for page in (first, rest) for territory in page["data"]]
    assert (len(names), first["has_more"], rest["has_more"]) == (14, True, False)
    assert names == sorted(names)


def test_a_territory_says_who_serves_there_on_a_day(counter: Counter) -> None:
    cremona = counter.ask("hr", "GET", "/v1/territories/cremona").get_json()
    before = counter.ask("hr", "GET", "/v1/territories/cremona?on=2020-01-01").get_json()

    assert (cremona["id"], cremona["province"], cremona["comune"]) == ("cremona", "CR", "019036")
    assert 0 < cremona["providers_that_may_serve"] <= cremona["providers"]
    assert (before["providers_that_may_serve"], before["services"]) == (0, 0)


def test_a_municipality_leads_to_the_territories_that_cover_it(counter: Counter) -> None:
    found = counter.ask("giulia", "GET", "/v1/comuni?name=casalmagg").get_json()["data"]
    covering = counter.ask("giulia", "GET", f"/v1/territories?comune={found[0]['id']}").get_json()["data"]

    assert [(comune["name"], comune["province"]) for comune in found] == [("Casalmaggiore", "CR")]
    assert [territory["id"] for territory in covering] == ["cremona"]
    assert counter.ask("giulia", "GET", f"/v1/comuni/{found[0]['id']}").get_json() == found[0]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/territories/atlantis", 404, "territory_not_found"),
        ("/v1/territories?comune=999999", 404, "comune_not_found"),
        ("/v1/territories?comune=Cremona", 422, "fields_invalid"),
        ("/v1/territories?starting_after=atlantis", 422, "cursor_unknown"),
        ("/v1/comuni/999999", 404, "comune_not_found"),
        ("/v1/comuni", 422, "fields_invalid"),
    ],
)
def test_what_is_not_there_is_said(counter: Counter, path: str, status: int, code: str) -> None:
    answer = counter.ask("giulia", "GET", path)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_what_a_client_has_is_not_sent_again(counter: Counter) -> None:
    for path in ("/v1/territories", "/v1/territories/cremona", "/v1/comuni?name=cremona", "/v1/comuni/019036"):
        first = counter.ask("giulia", "GET", path)
        assert counter.ask("giulia", "GET", path, If_None_Match=first.headers["ETag"]).status_code == 304
