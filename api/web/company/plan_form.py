"""The form of a plan: what a personnel office writes, and the draft that it amounts to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from moneyed import Money
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from api.web import words
from api.web.fields import AmountField, DayField, TicksField
from api.web.forms import Form
from config import money
from config.errors import DomainError
from config.money import from_minor
from plans.plan_file import Act, ClusterDraft, PlanDraft
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.sheets import cells
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_SOURCES = {
    PlanSource.ON_TOP: _l("L'azienda, in più dello stipendio"),
    PlanSource.CCNL: _l("Il contratto nazionale (CCNL)"),
    PlanSource.PDR: _l("Il premio di risultato convertito"),
}
_ENTITLEMENTS = {
    Entitlement.ALL: _l("A tutti i lavoratori"),
    Entitlement.CLUSTER: _l("Ad alcune categorie omogenee"),
    Entitlement.AD_PERSONAM: _l("A una sola persona"),
}
_FUNDING = {
    FundingPolicy.PREFUNDED: _l("Solo quello che l'azienda ha già versato"),
    FundingPolicy.ON_ACCOUNT: _l("Quello che l'azienda si è impegnata a versare"),
}
_TAXABLE = {
    TaxablePolicy.WITH_CONSENT: _l("Si fa, se la persona è d'accordo"),
    TaxablePolicy.REFUSE: _l("Non si fa"),
}
_RESIDUALS = {
    Residual.EMPLOYER: _l("Torna all'azienda"),
    Residual.COMMUNITY_FUND: _l("Va al fondo di comunità"),
    Residual.PENSION_FUND: _l("Va al fondo pensione"),
}
_ACTS = {
    SourceType.COMPANY_AGREEMENT: _l("Accordo aziendale"),
    SourceType.CCNL: _l("Contratto collettivo nazionale"),
    SourceType.REGULATION_BINDING: _l("Regolamento che vincola l'azienda"),
    SourceType.REGULATION_REVOCABLE: _l("Regolamento che l'azienda può revocare"),
    SourceType.UNILATERAL: _l("Atto unilaterale dell'azienda"),
}


def _choices(labels: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(code), label) for code, label in labels.items()]


def plain(_form: Form, field: Field) -> None:
    """Refuse a code that does not begin with a letter or a digit, or holds what nobody would see."""
    code = (field.data or "").strip()
    if code and not (code.isprintable() and code[0].isalnum()):
        raise ValidationError(_("Comincia con una lettera o una cifra, senza a capo né segni invisibili."))


class PlanForm(Form):
    """A plan as people write it."""

    code = StringField(_l("Codice"), [_NEEDED, Length(max=60), plain])
    name = StringField(_l("Nome del piano"), [_NEEDED, Length(max=200)])
    source = SelectField(_l("Chi mette il denaro"), choices=_choices(_SOURCES))
    starts_on = DayField(_l("Comincia il"), [_NEEDED])
    ends_on = DayField(_l("Finisce il"), [_NEEDED])
    spend_by = DayField(_l("Il credito si spende entro il"), [_NEEDED])
    entitlement = SelectField(_l("A chi spetta"), choices=_choices(_ENTITLEMENTS))
    amount = AmountField(_l("Quanto a ciascuno"), [Optional()])
    clusters = TextAreaField(_l("Categorie omogenee"), [Length(max=20_000)])
    categories = TicksField(_l("Per che cosa serve"))
    channels = TicksField(_l("Come si usa"))
    taxable_policy = SelectField(_l("Una spesa che sarebbe tassata"), choices=_choices(_TAXABLE))
    funding_policy = SelectField(_l("Che cosa si può accreditare"), choices=_choices(_FUNDING))
    carry_over_months = IntegerField(
        _l("Mesi in più per spendere quello che resta"),
        [Optional(), NumberRange(0, 60, _l("Da 0 a 60 mesi."))],
        default=0,
    )
    residual_destination = SelectField(_l("Poi, quello che resta"), choices=_choices(_RESIDUALS))
    leaver_grace_days = IntegerField(
        _l("Giorni per chi lascia il lavoro"), [Optional(), NumberRange(0, 730, _l("Da 0 a 730 giorni."))], default=0
    )
    source_type = SelectField(_l("L'atto su cui si fonda"), choices=_choices(_ACTS))
    document_ref = StringField(_l("Riferimento dell'atto"), [Length(max=200)])
    signed_on = DayField(_l("Firmato il"), [Optional()])
    deposit_code = StringField(_l("Codice del deposito"), [Length(max=200)])
    unilateral_change = BooleanField(_l("L'azienda può cambiarlo da sola"))
    seen = HiddenField()
    check = SubmitField(_l("Controlla senza pubblicare"))
    send = SubmitField(_l("Pubblica il piano"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, vocabulary in ((self.categories, Category), (self.channels, Channel)):
            field.choices = [SelectChoice(str(word), word.label(words.asked())) for word in vocabulary]

    def validate_categories(self, field: SelectMultipleField) -> None:
        """Ask for one at least."""
        _one_at_least(field)

    def validate_channels(self, field: SelectMultipleField) -> None:
        """Ask for one at least."""
        _one_at_least(field)

    def validate_clusters(self, field: TextAreaField) -> None:
        """Read every line."""
        list(_clusters(field.data or ""))

    def draft(self, code: str | None = None, priority: int = 100) -> PlanDraft:
        """Return the plan that the form amounts to; `code` where it may not change."""
        starts_on, ends_on, spend_by = self.starts_on.data, self.ends_on.data, self.spend_by.data
        assert starts_on and ends_on and spend_by  # noqa: S101, PT018 - asked for above
        return PlanDraft(
            code=code or self.code.data.strip(),
            name=self.name.data.strip(),
            source=PlanSource(self.source.data),
            starts_on=starts_on,
            ends_on=ends_on,
            spend_by=spend_by,
            entitlement=Entitlement(self.entitlement.data),
            funding_policy=FundingPolicy(self.funding_policy.data),
            taxable_policy=TaxablePolicy(self.taxable_policy.data),
            categories=frozenset(map(Category, self.categories.data)),
            channels=frozenset(map(Channel, self.channels.data)),
            carry_over_months=self.carry_over_months.data or 0,
            residual_destination=Residual(self.residual_destination.data),
            leaver_grace_days=self.leaver_grace_days.data or 0,
            amount=self.amount.money,
            priority=priority,
            act=Act(
                source_type=SourceType(self.source_type.data),
                document_ref=_text(self.document_ref.data),
                signed_on=self.signed_on.data,
                deposit_code=_text(self.deposit_code.data),
                unilateral_change=self.unilateral_change.data,
            ),
            clusters=tuple(_clusters(self.clusters.data or "")),
        )


def written(draft: PlanDraft) -> dict[str, Any]:
    """Return a plan as the fields of its form."""
    act = draft.act or Act(SourceType.COMPANY_AGREEMENT)
    told: dict[str, Any] = {
        name: getattr(draft, name)
        for name in ("code", "name", "starts_on", "ends_on", "spend_by", "carry_over_months", "leaver_grace_days")
    }
    for name in ("source", "entitlement", "funding_policy", "taxable_policy", "residual_destination"):
        told[name] = str(getattr(draft, name))
    for name in ("categories", "channels"):
        told[name] = sorted(map(str, getattr(draft, name)))
    for name in ("document_ref", "signed_on", "deposit_code", "unilateral_change"):
        told[name] = getattr(act, name)
    return told | {
        "source_type": str(act.source_type),
        "amount": _amount(draft.amount),
        "clusters": "\n".join(
            "; ".join(filter(None, (each.cluster, each.description, _amount(each.amount)))) for each in draft.clusters
        ),
    }


def mark(draft: PlanDraft) -> str:
    """Return what tells a plan from the same plan changed by somebody meanwhile."""
    told = json.dumps(written(draft) | {"priority": draft.priority}, default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _one_at_least(field: SelectMultipleField) -> None:
    if not field.data:
        raise ValidationError(_l("Scegline almeno una."))


def _clusters(text: str) -> Iterator[ClusterDraft]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(";")]
        if len(parts) > 3 or not parts[0]:
            raise ValidationError(_l("Riga %(number)s: scrivi nome; descrizione; importo.", number=number))
        described = parts[1] if len(parts) > 1 and parts[1] else parts[0]
        yield ClusterDraft(parts[0], described, _money(parts[2], number) if len(parts) == 3 and parts[2] else None)


def _money(written_amount: str, number: int) -> Money:
    try:
        return from_minor(cells.amount(written_amount))
    except DomainError as refusal:
        place = _l("Riga %(number)s", number=number)
        raise ValidationError(f"{place}: {refusal.text(words.asked())}") from refusal


def _amount(amount: Money | None) -> str:
    if amount is None:
        return ""
    whole, cents = divmod(money.minor(amount), 100)
    return f"{whole},{cents:02}"


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
