"""Settings that cannot be used are refused before anything is started with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from environs import EnvValidationError

from config import settings


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


@pytest.mark.parametrize("address", ["mysql://u:secret@h/x", "sqlite:///x.db", "postgresqlx://h/x", "h/x", " "])
def test_another_database_is_refused_without_repeating_its_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)

    with pytest.raises(EnvValidationError, match="only postgresql://") as error:
        settings.load()

    assert "secret" not in str(error.value)


@pytest.mark.parametrize("address", ["postgresql://u:p@h/x", "postgres://h/x", "postgresql+psycopg://h/x"])
def test_postgresql_is_used(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)

    assert settings.load().database_url == address


@pytest.mark.parametrize("address", [None, ""])
def test_none_means_the_embedded_one(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if address is not None:
        monkeypatch.setenv("DATABASE_URL", address)

    assert settings.load().database_url is None


@pytest.mark.parametrize("name", ["CONTACT", "DPO"])
@pytest.mark.parametrize("address", ["nobody", "a@b", 'a@b.it">', "a@b.it?subject=x", "a b@c.it"])
def test_where_people_write_to_is_an_address_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv(f"BORSELLINO_{name}", address)

    with pytest.raises(EnvValidationError, match="an address such as"):
        settings.load()


def test_every_wrong_one_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BORSELLINO_MAIL_TLS", "ssl")
    monkeypatch.setenv("BORSELLINO_RATE", "often")

    with pytest.raises(EnvValidationError) as error:
        settings.load()

    assert set(error.value.error_messages) == {"BORSELLINO_MAIL_TLS", "BORSELLINO_RATE"}
