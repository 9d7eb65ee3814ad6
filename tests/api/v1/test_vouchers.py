"""Vouchers over HTTP: shown to their person, checked by the provider, and told nothing to whoever guesses."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import segno
import sqlalchemy as sa
from defusedxml import ElementTree
from PIL import Image

from config import clock, database
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from wallet import codes

CHECK = "/v1/vouchers/check"


@pytest.fixture(autouse=True)
def credit(counter: Counter) -> None:
    """Whoever buys has enough for a test of theirs."""
    for name in ("giulia", "mario"):
        database.transact(
            lambda session, name=name: factories.grant(session, counter.books["E1"], "A", counter.people[name], 30_000)
        )


def check(counter: Counter, code: str, who: str = "p04") -> dict[str, object]:
    answer = counter.ask(who, "POST", CHECK, {"code": code}, key=False)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def attempts(provider: str) -> list[str]:
    statement = sa.text("select outcome from code_attempt where provider_code = :code order by attempt_id")
    return list(database.transact(lambda session: session.scalars(statement, {"code": provider})))


def test_a_code_is_checked_without_being_consumed_and_without_a_name(counter: Counter) -> None:
    made = counter.buy()

    told = check(counter, made["code"])

    assert (told["service"], told["amount_minor"], told["left_minor"]) == ("PSI-CR", 5_500, 5_500)
    assert (told["redeemable"], told["refusal"]) == (True, None)
    assert not {"employee_id", "relative_id", "exempt_minor", "taxable_minor", "plan"} & told.keys()
    assert counter.people["giulia"] not in str(told)
    assert check(counter, made["code"]) == told


def test_why_a_code_cannot_be_redeemed_is_told(counter: Counter) -> None:
    used, voided, old = (counter.buy() for _ in range(3))
    counter.ask("p04", "POST", f"/v1/authorizations/{used['id']}/captures", {})
    counter.ask("giulia", "POST", f"/v1/authorizations/{voided['id']}/voids", {})

    refusals = [check(counter, each["code"])["refusal"] for each in (used, voided)]
    with clock.at(NOON + timedelta(days=30)):
        late = check(counter, old["code"])

    assert [each["code"] for each in refusals] == ["used", "voided"]  # type: ignore[index]
    assert (late["redeemable"], late["left_minor"]) == (False, 0)
    assert late["refusal"]["code"] == "expired"  # type: ignore[index]


def test_nobodys_code_and_anothers_get_one_answer_and_are_written_down(counter: Counter) -> None:
    made = counter.buy()
    before = len(attempts("P03"))

    answers = [counter.ask("p03", "POST", CHECK, {"code": code}, key=False) for code in (made["code"], codes.new())]
    malformed = counter.ask("p03", "POST", CHECK, {"code": "7K3F-9QWD-2M5Z"}, key=False)

    told = [{name: value for name, value in each.get_json().items() if name != "request_id"} for each in answers]
    assert told[0] == told[1]
    assert (told[0]["status"], told[0]["code"]) == (404, "voucher_not_found")
    assert (malformed.status_code, malformed.get_json()["code"]) == (422, "code_invalid")
    assert attempts("P03")[before:] == ["unknown", "unknown", "malformed"]
    kept = database.transact(
        lambda session: session.scalar(sa.text("select string_agg(a::text, ' ') from code_attempt a"))
    )
    assert made["code"] not in kept


def test_nobodys_code_and_anothers_cost_the_same_statements(counter: Counter) -> None:
    made = counter.buy()

    def statements(code: str) -> list[str]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            # Not what every request asks, of tokens and of rates.
            if "code" in statement and "access_" not in statement:
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            counter.ask("p03", "POST", CHECK, {"code": code}, key=False)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return seen

    anothers = statements(made["code"])
    assert [each.split()[0].lower() for each in anothers] == ["select", "insert"]
    assert statements(codes.new()) == anothers


def test_a_person_lists_and_shows_their_own_codes(counter: Counter) -> None:
    made, used = counter.buy("anna"), counter.buy("anna")
    counter.ask("p04", "POST", f"/v1/authorizations/{used['id']}/captures", {})

    every = counter.ask("anna", "GET", "/v1/vouchers").get_json()["data"]
    still = counter.ask("anna", "GET", "/v1/vouchers?open=true").get_json()["data"]
    shown = counter.ask("anna", "GET", f"/v1/vouchers/{made['id']}").get_json()

    assert {each["employee_id"] for each in every} == {counter.people["anna"]}
    assert used["id"] in [each["id"] for each in every]
    assert used["id"] not in [each["id"] for each in still]
    assert (shown["code"], shown["left_minor"]) == (made["code"], 5_500)
    for_anna = counter.ask("marta", "GET", f"/v1/vouchers?employee_id={counter.people['anna']}").get_json()["data"]
    assert [each["id"] for each in for_anna] == [each["id"] for each in every]


def test_only_the_channel_of_vouchers_makes_a_document_of_it(counter: Counter) -> None:
    direct, voucher = counter.buy(channel="DIRECT"), counter.buy(channel="VOUCHER")

    shown = [counter.ask("giulia", "GET", f"/v1/vouchers/{each['id']}").get_json() for each in (direct, voucher)]

    assert [each["document"] for each in shown] == [False, True]


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "", 401),
        ("p04", "", 403),
        ("hr", "", 403),
        ("operator", "", 403),
        ("mario", "/{id}", 404),
        ("anna", "/{id}", 404),
        ("p04", "/{id}", 403),
        ("giulia", "/aut_x", 404),
    ],
)
def test_codes_are_shown_to_nobody_else(counter: Counter, who: str | None, path: str, status: int) -> None:
    made = counter.buy("giulia")

    assert counter.ask(who, "GET", f"/v1/vouchers{path.format(id=made['id'])}").status_code == status


def matrix(code: str) -> list[list[bool]]:
    """Which dots a reader of this code sees dark, the margin with them."""
    return [[bool(dot) for dot in row] for row in segno.make(code, error="m", micro=False).matrix_iter(border=4)]


def test_the_png_holds_the_code_and_nothing_else(counter: Counter) -> None:
    made = counter.buy()

    answer = counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}/qr", Accept="image/png")

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    image = Image.open(io.BytesIO(answer.data)).convert("L")
    size = image.width // 8
    dots = [[image.getpixel((8 * x + 4, 8 * y + 4)) == 0 for x in range(size)] for y in range(size)]
    assert dots == matrix(made["code"])


def test_the_svg_holds_the_code_and_no_style_that_a_page_could_forbid(counter: Counter) -> None:
    made = counter.buy()

    answer = counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}/qr", Accept="image/svg+xml")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "Accept" in answer.headers["Vary"]
    root = ElementTree.fromstring(answer.data)
    assert all("style" not in each.attrib and not each.tag.endswith("style") for each in root.iter())
    strokes = next(each.attrib["d"] for each in root.iter() if "stroke" in each.attrib)
    assert drawn(strokes, len(matrix(made["code"]))) == matrix(made["code"])


def drawn(strokes: str, size: int) -> list[list[bool]]:
    """Follow a path of horizontal strokes, and return which dots it draws dark."""
    dots = [[False] * size for _ in range(size)]
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmh])([-.\d ]+)", strokes):
        if kind == "h":
            for step in range(int(numbers)):
                dots[int(y)][int(x) + step] = True
            x += int(numbers)
        else:
            across, down = map(float, numbers.split())
            x, y = (across, down) if kind == "M" else (x + across, y + down)
    return dots


def test_a_picture_is_of_a_kind_that_was_asked_for(counter: Counter) -> None:
    made = counter.buy()
    path = f"/v1/authorizations/{made['id']}/qr"

    assert counter.ask("giulia", "GET", path).mimetype == "image/svg+xml"
    assert counter.ask("giulia", "GET", path, Accept="text/html").status_code == 406
    assert counter.ask("marta", "GET", path, Accept="image/png").status_code == 200
    assert counter.ask("mario", "GET", path).status_code == 404
    assert counter.ask("p04", "GET", path).status_code == 403


def test_what_was_declined_has_no_code_to_draw(counter: Counter) -> None:
    declined = counter.buy("mario", quantity=10_000)

    answer = counter.ask("mario", "GET", f"/v1/authorizations/{declined['id']}/qr")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "voucher_not_found")
