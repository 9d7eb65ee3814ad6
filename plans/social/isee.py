"""What an attestation comes to for one application: a standing and a quota; the indicator itself is forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from plans.social.errors import DsuDatesInvalid, DsuMissing, DsuProtocolInvalid
from plans.social.offer import Entrusted
from plans.social.tariffs import Quota, Tariff
from plans.social.words import IseeType, QuotaKind, Standing

# As INPS writes it (INPS-ISEE-2026-01234567A-00), or the shorter forms of older attestations.
_PROTOCOL = re.compile(r"[A-Z0-9][A-Z0-9-]{7,29}", re.ASCII)
_FREE = Quota(QuotaKind.AMOUNT, 0)


@dataclass(frozen=True, slots=True)
class Attestation:
    """
    An attestation as a citizen shows it. It lives in memory alone: `amount_minor` is never written anywhere.

    Units: cents.
    """

    amount_minor: int
    isee_type: IseeType
    dsu_protocol: str
    presented_on: date
    valid_until: date
    defects: bool = False

    def __repr__(self) -> str:
        # Neither a log nor a trace tells an indicator.
        return f"Attestation({self.dsu_protocol}, until {self.valid_until})"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is kept: how the citizen stands to the threshold, what they pay, and from when to when."""

    standing: Standing
    threshold_minor: int | None
    defects: bool
    isee_type: IseeType | None
    dsu_protocol: str | None
    presented_on: date | None
    valid_until: date | None
    tariff_id: str | None
    quota: Quota
    effective_from: date


def assess(
    entrusted: Entrusted, tariff: Tariff | None, attestation: Attestation | None, *, on: date, shift: int = 0
) -> Assessment:
    """
    Say what an attestation, or its absence, comes to for a service.

    Without a tariff the municipality pays all. Without an attestation the tariff says what is paid.
    Errors: DsuProtocolInvalid, DsuDatesInvalid; those of `Tariff.assess`.
    """
    if attestation is None:
        quota = _FREE if tariff is None else tariff.assess(None)
        return Assessment(
            Standing.NOT_PRESENTED,
            None,
            False,
            None,
            None,
            None,
            None,
            None if tariff is None else tariff.id,
            quota,
            on,
        )
    check(attestation, on)
    quota = _FREE
    if tariff is not None:
        quota = tariff.assess(
            attestation.amount_minor, isee_type=attestation.isee_type, defects=attestation.defects, shift=shift
        )
    threshold = entrusted.threshold_minor
    standing = Standing.NO_THRESHOLD
    if threshold is not None:
        standing = Standing.BELOW if attestation.amount_minor <= threshold else Standing.ABOVE
    return Assessment(
        standing=standing,
        threshold_minor=threshold,
        defects=attestation.defects,
        isee_type=attestation.isee_type,
        dsu_protocol=attestation.dsu_protocol,
        presented_on=attestation.presented_on,
        valid_until=attestation.valid_until,
        tariff_id=None if tariff is None else tariff.id,
        quota=quota,
        effective_from=on if tariff is None else tariff.effective_from(on),
    )


def check(attestation: Attestation, on: date) -> None:
    """
    Refuse an attestation that cannot be one.

    Errors: DsuProtocolInvalid, DsuDatesInvalid.
    """
    if not _PROTOCOL.fullmatch(attestation.dsu_protocol) or not re.search(r"\d{4}", attestation.dsu_protocol):
        raise DsuProtocolInvalid(protocol=attestation.dsu_protocol[:40])
    first, last = attestation.presented_on, attestation.valid_until
    # An attestation holds to the end of its calendar year; a current one (ISEE corrente) less.
    if not first <= on <= last <= date(first.year, 12, 31):
        raise DsuDatesInvalid(presented_on=first, valid_until=last, on=on)


def complete(
    amount_minor: int | None,
    isee_type: IseeType | None,
    dsu_protocol: str | None,
    presented_on: date | None,
    valid_until: date | None,
    *,
    defects: bool = False,
) -> Attestation | None:
    """
    Return an attestation of what was told, or None when nothing was.

    Errors: DsuMissing when only a part was told.
    """
    told = (amount_minor, dsu_protocol, presented_on, valid_until)
    if told == (None, None, None, None) and isee_type is None:
        return None
    if amount_minor is None or dsu_protocol is None or presented_on is None or valid_until is None:
        raise DsuMissing()
    kind = isee_type or IseeType.ORDINARIO
    return Attestation(amount_minor, kind, dsu_protocol.upper(), presented_on, valid_until, defects)
