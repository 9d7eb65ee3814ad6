"""How providers are reached: told by themselves, by a file where they have told nothing, read by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import contacts, data, loading
from network.contacts import Contact
from network.errors import BadRow, ComuneNotFound, ContactChanged, ContactUnclear, ProviderNotFound

CREMONA = "019036"


def test_the_shipped_contacts_are_read_and_one_provider_tells_nothing(network: Session) -> None:
    assert contacts.of(network, "P04") == Contact(
        "0372 000 004", "consorzio.torrazzo.servizi@example.org", "Via della Prova 4", CREMONA, "Cremona"
    )
    assert contacts.of(network, "P25") is None


def test_what_is_told_replaces_what_was_and_a_file_leaves_it_alone(network: Session) -> None:
    told = contacts.tell(network, "P04", phone=" +39  0372 111 222 ", street="Via Dante 1", comune=CREMONA)

    assert told == Contact("+39 0372 111 222", "", "Via Dante 1", CREMONA, "Cremona")
    loaded = {one.file: one for one in loading.load(network)}["provider_contacts.csv"]
    assert (loaded.inserted, loaded.updated) == (0, 0)
    assert contacts.of(network, "P04") == told


def test_what_a_provider_took_away_no_file_tells_again(network: Session) -> None:
    assert contacts.tell(network, "P04", phone="  ") is None
    loading.load(network)

    assert contacts.of(network, "P04") is None
    assert contacts.tell(network, "P04", phone="0372 123456") is not None


def test_what_somebody_else_told_meanwhile_is_not_lost(network: Session) -> None:
    seen = contacts.of(network, "P04")
    told = contacts.tell(network, "P04", phone="0372 111111", instead_of=seen)

    with pytest.raises(ContactChanged):
        contacts.tell(network, "P04", phone="0372 222222", instead_of=seen)

    assert contacts.of(network, "P04") == told
    assert contacts.tell(network, "P25", phone="0923 111111", instead_of=None) is not None


@pytest.mark.parametrize("written", ["0372/556677", "0372-55.66.77", "(0372) 556677", "+39 0372 556677"])
def test_a_telephone_is_read_as_people_write_it(network: Session, written: str) -> None:
    told = contacts.tell(network, "P04", phone=written)

    assert told is not None
    assert told.phone.removeprefix("+39 ").replace(" ", "") == "0372556677"


@pytest.mark.parametrize(
    "told",
    [
        {"phone": "12345"},
        {"phone": "0372 123456 interno 3"},
        {"phone": "++39 0372 123456"},
        {"email": "a@b.it?bcc=c@d.it"},
        {"email": "a%0a@b.it"},
        {"email": "a\u202e@b.it"},
        {"street": "Via \u202eDante", "comune": CREMONA},
        {"phone": "٠٣٧٢١٢٣٤٥٦"},
        {"phone": "1" * 21},
        {"email": "nessuno"},
        {"email": "a@b"},
        {"email": "a@b.it, c@d.it"},
        {"email": "a" * 250 + "@b.it"},
        {"street": "Via Dante 1"},
        {"comune": CREMONA},
        {"street": "v" * 121, "comune": CREMONA},
    ],
)
def test_what_reaches_nobody_is_refused_and_changes_nothing(network: Session, told: dict[str, str]) -> None:
    before = contacts.of(network, "P04")

    with pytest.raises(ContactUnclear):
        contacts.tell(network, "P04", **told)

    assert contacts.of(network, "P04") == before


def test_who_or_where_is_not_known_is_refused(network: Session) -> None:
    with pytest.raises(ProviderNotFound):
        contacts.tell(network, "P99", phone="0372 123456")
    with pytest.raises(ComuneNotFound):
        contacts.tell(network, "P04", street="Via Dante 1", comune="999999")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("P04,12345,,,", "phone"),
        ("P04,,nessuno,,", "email"),
        ("P04,,,Via Dante 1,", "street"),
        ("P04,,,,019036", "street"),
        ("P04,,,,", "phone"),
        ("P99,0372 123456,,,", "provider_code"),
        ("P04,,,Via Dante 1,999999", "istat_code"),
    ],
)
def test_a_file_that_reaches_nobody_is_refused_by_row_and_column(
    network: Session, tmp_path: Path, row: str, column: str
) -> None:
    (tmp_path / "provider_contacts.csv").write_text(f"provider_code,phone,email,street,istat_code\n{row}\n", "utf-8")

    with pytest.raises(BadRow) as refusal:
        loading.load(network, tmp_path)

    assert (refusal.value.details["row"], refusal.value.details["column"]) == (2, column)


def test_the_database_keeps_the_shape_behind_the_code(network: Session) -> None:
    for broken in ("phone = 'chiamare'", "istat_code = null", "street = ''"):
        with pytest.raises(sa.exc.IntegrityError), network.begin_nested():
            network.execute(sa.text(f"update provider_contact set {broken} where provider_code = 'P04'"))


def test_the_shipped_file_names_no_telephone_that_rings() -> None:
    for line in (data.FOLDER / "provider_contacts.csv").read_text("utf-8").splitlines()[1:]:
        _code, phone, email, *_rest = line.split(",")
        assert phone.split(" ", 1)[1].startswith("000 ")
        assert email.endswith("@example.org")
