"""Tariffs as TOML: reading is strict, and a tariff that leaves an indicator without an answer is refused."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from plans.rulebook.words import Confidence
from plans.social import reader
from plans.social.errors import TariffNotFound
from plans.social.reader import Row
from plans.social.tariffs import ALL_BP, FULL, Band, Line, Quota, Tariff
from plans.social.words import Effect, Fallback, IseeType, QuotaKind, TariffKind


@lru_cache(maxsize=1)
def published() -> dict[str, Tariff]:
    """
    Return the tariffs that come with this package, by id: what municipalities have published.

    Errors: SocialFileInvalid, naming the row.
    """
    text = (files("plans.social") / "data" / "tariffs.toml").read_text("utf-8")
    return {
        tariff.id: tariff for tariff in (tariff_of(row) for _, row in reader.document(text, "tariffs.toml", ["tariff"]))
    }


def of_published(tariff_id: str) -> Tariff:
    """
    Return a tariff that comes with this package.

    Errors: TariffNotFound.
    """
    found = published().get(tariff_id)
    if found is None:
        raise TariffNotFound(tariff=tariff_id)
    return found


def tariff_of(row: Row) -> Tariff:
    """
    Read one tariff.

    Errors: SocialFileInvalid for a key that is unknown, missing or of the wrong kind; bands out of order, without an
            end or after it; a band that pays in no way or in two; a line that does not rise along the indicator; a kind
            that its bands contradict; a last amount that is a line.
    """
    kind = row.word("kind", TariffKind)
    bands = tuple(_band(each) for each in row.rows("bands"))
    tariff = Tariff(
        id=row.text("id"),
        municipality=row.text("municipality"),
        service=row.text("service"),
        unit=row.text("unit"),
        kind=kind,
        sentence_it=row.text("sentence_it"),
        sentence_en=row.text("sentence_en"),
        bands=bands,
        isee_types=row.words("isee_types", IseeType, default=tuple(IseeType)),
        no_isee=row.word("no_isee", Fallback),
        defects=row.word("defects", Fallback, default=Fallback.AS_USUAL),
        rounding_minor=row.minor("rounding_step") if row.has("rounding_step") else 1,
        least_minor=row.minor("least") if row.has("least") else None,
        most_minor=row.minor("most") if row.has("most") else None,
        may_shift=row.flag("may_shift", default=False),
        effect=row.word("effect", Effect, default=Effect.SAME_DAY),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to") if row.has("valid_to") else None,
        source=row.text("source"),
        confidence=row.word("confidence", Confidence),
        checked_on=row.day("checked_on"),
        note=row.text("note", default=""),
    )
    row.finish()
    _check(row, tariff)
    return tariff


def _band(row: Row) -> Band:
    up_to = row.minor("up_to") if row.has("up_to") else None
    ways = [key for key in ("amount", "percent", "full", "line") if row.has(key)]
    if len(ways) != 1:
        raise row.refuse(
            "serve uno tra amount, percent, full e line", "one of amount, percent, full and line is needed"
        )
    quota: Quota | None = None
    line: Line | None = None
    match ways[0]:
        case "amount":
            quota = Quota(QuotaKind.AMOUNT, row.minor("amount"))
        case "percent":
            # With two decimals a percentage is read like an amount: its hundredths are basis points.
            share = row.minor("percent")
            if share > ALL_BP:
                raise row.refuse("percent supera 100", "percent is above 100")
            quota = Quota(QuotaKind.PERCENT, share)
        case "full":
            if not row.flag("full", default=False):
                raise row.refuse("full si scrive solo come true", "full is only written as true")
            quota = FULL
        case _:
            line = Line(*row.points("line", 4))
            if line.to_isee_minor <= line.from_isee_minor:
                raise row.refuse("line deve andare da un ISEE a uno maggiore", "line must run to a larger indicator")
    row.finish()
    return Band(up_to, quota, line)


def _check(row: Row, tariff: Tariff) -> None:
    ends = [band.up_to_minor for band in tariff.bands]
    if ends[-1] is not None or None in ends[:-1]:
        raise row.refuse("solo l'ultima fascia è senza up_to", "the last band, and no other, has no up_to")
    limits = [end for end in ends if end is not None]
    if limits != sorted(set(limits)):
        raise row.refuse("gli up_to devono crescere", "up_to must rise from band to band")
    if tariff.bands[-1].line is not None:
        raise row.refuse("l'ultima fascia non può essere una line", "the last band cannot be a line")
    previous = 0
    for band in tariff.bands:
        line = band.line
        if line is not None and not (line.from_isee_minor <= previous and band.up_to_minor == line.to_isee_minor):
            raise row.refuse("line deve coprire tutta la sua fascia", "line must cover the whole of its band")
        previous = band.up_to_minor or previous
    lines = sum(band.line is not None for band in tariff.bands)
    fits = {TariffKind.STEP: lines == 0, TariffKind.LINEAR: lines == 1, TariffKind.PIECEWISE: lines >= 1}
    if not fits[tariff.kind]:
        raise row.refuse(
            f"kind è {tariff.kind}, le fasce dicono altro", f"kind is {tariff.kind}, its bands say otherwise"
        )
    if tariff.may_shift and lines:
        raise row.refuse("may_shift vale solo per tariffe a fasce", "may_shift is for tariffs in steps alone")
    if tariff.rounding_minor < 1:
        raise row.refuse("rounding_step deve essere almeno 0,01", "rounding_step must be at least 0.01")
    if None not in (tariff.least_minor, tariff.most_minor) and (tariff.least_minor or 0) > (tariff.most_minor or 0):
        raise row.refuse("least supera most", "least is above most")
    if tariff.valid_to is not None and tariff.valid_to < tariff.valid_from:
        raise row.refuse("valid_to precede valid_from", "valid_to comes before valid_from")
