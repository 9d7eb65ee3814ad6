"""Valid rows, one function per noun; each makes what it needs and returns the code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import vat
from network.models import ComuneRow, ProviderRow, ProviderStateRow, ServicePriceRow, ServiceRow, TerritoryRow

_numbers = count(1)

BEGINNING = date(2024, 1, 1)
RECORDED_AT = datetime(2024, 1, 1, tzinfo=UTC)


def territory(session: Session, code: str = "", *, province: str = "CR", latitude: str = "45.133") -> str:
    """A territory, with the comune it is named for."""
    number = next(_numbers)
    code = code or f"territory-{number}"
    istat_code, cadastral_code = f"9{number:05}", f"T{number:03}"
    common = {"cadastral_code": cadastral_code, "province": province, "region": "Lombardia", "nuts3_2021": "ITC4A"}
    session.execute(
        sa.insert(ComuneRow).values(istat_code=istat_code, name=code.title(), is_provincial_capital=True, **common)
    )
    session.execute(
        sa.insert(TerritoryRow).values(
            code=code, name=code.title(), istat_code=istat_code, latitude=latitude, longitude="10.024", **common
        )
    )
    return code


def provider(
    session: Session,
    code: str = "",
    *,
    territory_code: str = "",
    kind: str = "SOCIAL_COOP_A",
    state: str | None = "QUALIFIED",
    valid_from: date = BEGINNING,
    valid_to: date | None = None,
) -> str:
    """A provider, qualified since the beginning unless told otherwise; `state` None leaves its history empty."""
    code = code or f"P-{next(_numbers)}"
    session.execute(
        sa.insert(ProviderRow).values(
            code=code,
            name=f"Cooperativa {code}",
            kind=kind,
            territory_code=territory_code or territory(session),
            offers="assistenza",
        )
    )
    if state is not None:
        session.execute(
            sa.insert(ProviderStateRow).values(
                provider_code=code,
                state=state,
                valid_from=valid_from,
                valid_to=valid_to,
                reason="Prova",
                recorded_at=RECORDED_AT,
            )
        )
    return code


def service(
    session: Session,
    code: str = "",
    *,
    name: str = "Assistenza domiciliare",
    provider_code: str = "",
    territory_code: str = "",
    price_minor: int | None = 2_300,
    vat_regime: str = "V5",
    delivery: str = "home",
    made_for: str = "ANY",
    need: str = "anziani",
) -> str:
    """A service that is authorized, with a price since the beginning; `price_minor` None leaves it without."""
    code = code or f"S-{next(_numbers)}"
    territory_code = territory_code or territory(session)
    session.execute(
        sa.insert(ServiceRow).values(
            code=code,
            name=name,
            kind="authorization",
            provider_code=provider_code or provider(session, territory_code=territory_code),
            territory_code=territory_code,
            unit="ora",
            area="FAM",
            need=need,
            categories=["CARE", "SOCIAL_UTILITY"],
            category_doubtful=False,
            made_for=made_for,
            min_age=75 if made_for == "ELDERLY_OR_NOT_SELF_SUFFICIENT" else None,
            delivery=delivery,
            channels=["DIRECT", "VOUCHER", "REIMBURSEMENT"],
        )
    )
    if price_minor is not None:
        price(session, code, price_minor, vat_regime=vat_regime)
    return code


def price(
    session: Session,
    service_code: str,
    price_minor: int,
    *,
    vat_regime: str = "V5",
    valid_from: date = BEGINNING,
    valid_to: date | None = None,
) -> None:
    """A price of a service, split by its regime."""
    net_minor, vat_minor = vat.split(price_minor, vat_regime)
    session.execute(
        sa.insert(ServicePriceRow).values(
            service_code=service_code,
            valid_from=valid_from,
            valid_to=valid_to,
            price_minor=price_minor,
            net_minor=net_minor,
            vat_minor=vat_minor,
            vat_regime=vat_regime,
            recorded_at=RECORDED_AT,
        )
    )
