"""Tables of plans/social/: instruments, tariffs, applications for municipal vouchers; and of wallet/social/."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_social"
down_revision = "0007_sources"
branch_labels = None
depends_on = None

TEXTS = sa.ARRAY(sa.Text)
MOST = 9007199254740991

# What a person decided or paid is told by what follows it, never rewritten.
KEEP = """
create function social_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append only: % is refused', tg_table_name, tg_op using errcode = 'LG001';
end $$
"""
APPEND_ONLY = (
    "social_tariff",
    "entrusted_service",
    "social_step",
    "social_isee",
    "social_voucher",
    "social_use",
    "tender",
    "tender_return",
    "social_claim",
)
_STATES = (
    "'DRAFT', 'SUBMITTED', 'UNDER_REVIEW', 'INTEGRATION_REQUESTED', 'ADMITTED', 'NOT_ADMITTED', 'RANKED', 'WAITING',"
    " 'ASSIGNED', 'PAI_AGREED', 'PROVIDER_CHOSEN', 'ACTIVE', 'SUSPENDED', 'REPORTED', 'SETTLED', 'EXHAUSTED',"
    " 'EXPIRED', 'RENOUNCED', 'REVOKED'"
)


def upgrade() -> None:
    """Create the tables."""
    _offer()
    _applications()
    _vouchers()
    _tenders()
    _claims()
    op.execute(KEEP)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger append_only_rows before update or delete on {table}"
            " for each row execute function social_append_only()"
        )
        op.execute(
            f"create trigger append_only_table before truncate on {table}"
            " for each statement execute function social_append_only()"
        )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "social_claim",
        "tender_return",
        "tender",
        "social_use",
        "social_voucher",
        "social_isee",
        "social_step",
        "social_application",
        "entrusted_service",
        "social_tariff",
        "social_body",
    ):
        op.execute(f"drop table {table} cascade")
    op.execute("drop function social_append_only()")


def _who() -> list[sa.Column[object]]:
    return [
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
    ]


def _offer() -> None:
    op.create_table(
        "social_body",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("istat_code", sa.Text(), nullable=False),
        sa.CheckConstraint("istat_code ~ '^[0-9]{6}$'", name=op.f("ck_social_body_istat_code")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_social_body_book_id")),
        sa.PrimaryKeyConstraint("book_id", name=op.f("pk_social_body")),
    )
    op.create_table(
        "social_tariff",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("tariff_id", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_social_tariff_book_id")),
        sa.PrimaryKeyConstraint("book_id", "tariff_id", name=op.f("pk_social_tariff")),
    )
    op.create_table(
        "entrusted_service",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("services", TEXTS, nullable=False),
        sa.Column("partners", TEXTS, nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=True),
        sa.Column("tariff_id", sa.Text(), nullable=True),
        sa.Column("threshold_minor", sa.BigInteger(), nullable=True),
        sa.Column("benefit_code", sa.Text(), nullable=False),
        sa.Column("taken_in_charge", sa.Boolean(), nullable=False),
        sa.Column("user_area", sa.SmallInteger(), nullable=True),
        sa.Column("act_ref", sa.Text(), nullable=False),
        sa.Column("contract_code", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint(
            "instrument in ('ACCREDITAMENTO_VOUCHER', 'COPROGETTAZIONE', 'APPALTO')",
            name=op.f("ck_entrusted_service_instrument"),
        ),
        sa.CheckConstraint("selection in ('COUNTER', 'RANKING')", name=op.f("ck_entrusted_service_selection")),
        # A voucher pays prices out of a plan; the other two owe their partners, and no plan.
        sa.CheckConstraint(
            "(instrument = 'ACCREDITAMENTO_VOUCHER') = (plan_id is not null)"
            " and (instrument = 'ACCREDITAMENTO_VOUCHER') = (cardinality(services) > 0)"
            " and (instrument <> 'ACCREDITAMENTO_VOUCHER') = (cardinality(partners) > 0)"
            " and (instrument = 'APPALTO') = (contract_code is not null)",
            name=op.f("ck_entrusted_service_of_its_instrument"),
        ),
        sa.CheckConstraint(f"threshold_minor between 0 and {MOST}", name=op.f("ck_entrusted_service_threshold")),
        sa.CheckConstraint(
            "benefit_code ~ '^(A[123]\\.[0-9]{2}(\\.[0-9]{2})?|Z9\\.99)$'",
            name=op.f("ck_entrusted_service_benefit_code"),
        ),
        sa.CheckConstraint("user_area between 1 and 3", name=op.f("ck_entrusted_service_user_area")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_entrusted_service_period")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_entrusted_service_book_id")),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name=op.f("fk_entrusted_service_book_id_plan_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "code", name=op.f("pk_entrusted_service")),
    )


def _applications() -> None:
    op.create_table(
        "social_application",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("entrusted_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("citizenship", sa.Text(), nullable=True),
        sa.Column("residence_istat", sa.Text(), nullable=True),
        sa.Column("service_code", sa.Text(), nullable=True),
        sa.CheckConstraint(f"state in ({_STATES})", name=op.f("ck_social_application_state")),
        sa.CheckConstraint(
            "protocol ~ '^[A-Z0-9][A-Z0-9./-]{0,31}$' and protocol ~ '[0-9]'",
            name=op.f("ck_social_application_protocol"),
        ),
        # The database too keeps the case out: a code, never a word of the person.
        sa.CheckConstraint(
            "case_ref ~ '^[A-Z]{2,6}([-/][0-9]{1,8}){1,3}$' and case_ref ~ '([0-9][-/]*){4}'"
            " and length(case_ref) <= 32",
            name=op.f("ck_social_application_case_ref"),
        ),
        sa.CheckConstraint("citizenship ~ '^[0-9]{3}$'", name=op.f("ck_social_application_citizenship")),
        sa.CheckConstraint("residence_istat ~ '^[0-9]{6}$'", name=op.f("ck_social_application_residence_istat")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_social_application_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "entrusted_code"],
            ["entrusted_service.book_id", "entrusted_service.code"],
            name=op.f("fk_social_application_book_id_entrusted_code"),
        ),
        sa.PrimaryKeyConstraint("book_id", "application_id", name=op.f("pk_social_application")),
        sa.UniqueConstraint("book_id", "protocol", name=op.f("uq_social_application_book_id_protocol")),
    )
    op.create_index("ix_social_application_employee", "social_application", ["book_id", "employee_id"])
    op.create_table(
        "social_step",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("act_ref", sa.Text(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        *_who(),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.CheckConstraint(
            f"(from_state is null or from_state in ({_STATES})) and to_state in ({_STATES})",
            name=op.f("ck_social_step_states"),
        ),
        sa.CheckConstraint("(seq = 1) = (from_state is null) and seq > 0", name=op.f("ck_social_step_first")),
        sa.ForeignKeyConstraint(
            ["book_id", "application_id"],
            ["social_application.book_id", "social_application.application_id"],
            name=op.f("fk_social_step_book_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "application_id", "seq", name=op.f("pk_social_step")),
    )
    op.create_table(
        "social_isee",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("isee_type", sa.Text(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("threshold_minor", sa.BigInteger(), nullable=True),
        sa.Column("defects", sa.Boolean(), nullable=False),
        sa.Column("dsu_protocol", sa.Text(), nullable=True),
        sa.Column("presented_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("tariff_id", sa.Text(), nullable=True),
        sa.Column("quota_kind", sa.Text(), nullable=False),
        sa.Column("quota_value", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        *_who(),
        sa.CheckConstraint(
            "standing in ('BELOW', 'ABOVE', 'NO_THRESHOLD', 'NOT_PRESENTED')", name=op.f("ck_social_isee_standing")
        ),
        sa.CheckConstraint(
            "(standing in ('BELOW', 'ABOVE')) = (threshold_minor is not null)", name=op.f("ck_social_isee_threshold")
        ),
        sa.CheckConstraint(
            "(standing = 'NOT_PRESENTED') = (dsu_protocol is null) and (dsu_protocol is null) = (valid_until is null)"
            " and (dsu_protocol is null) = (presented_on is null) and (dsu_protocol is null) = (isee_type is null)",
            name=op.f("ck_social_isee_presented"),
        ),
        sa.CheckConstraint("valid_until >= presented_on", name=op.f("ck_social_isee_validity")),
        sa.CheckConstraint(
            "quota_kind = 'AMOUNT' and quota_value >= 0 or quota_kind = 'PERCENT' and quota_value between 0 and 10000"
            " or quota_kind = 'FULL' and quota_value = 10000",
            name=op.f("ck_social_isee_quota"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "application_id"],
            ["social_application.book_id", "social_application.application_id"],
            name=op.f("fk_social_isee_book_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "application_id", "seq", name=op.f("pk_social_isee")),
    )


def _vouchers() -> None:
    op.create_table(
        "social_voucher",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("voucher_id", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        *_who(),
        sa.CheckConstraint(f"amount_minor between 1 and {MOST}", name=op.f("ck_social_voucher_amount")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_social_voucher_period")),
        sa.ForeignKeyConstraint(
            ["book_id", "application_id"],
            ["social_application.book_id", "social_application.application_id"],
            name=op.f("fk_social_voucher_book_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"], name=op.f("fk_social_voucher_book_id_lot_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "voucher_id", name=op.f("pk_social_voucher")),
        sa.UniqueConstraint("book_id", "application_id", name=op.f("uq_social_voucher_book_id_application_id")),
        # What is in a lot belongs to one voucher, so that ending one never touches another.
        sa.UniqueConstraint("book_id", "lot_id", name=op.f("uq_social_voucher_book_id_lot_id")),
    )
    op.create_table(
        "social_use",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("voucher_id", sa.Text(), nullable=False),
        sa.Column("municipal_minor", sa.BigInteger(), nullable=False),
        sa.Column("citizen_minor", sa.BigInteger(), nullable=False),
        sa.Column("quota_kind", sa.Text(), nullable=False),
        sa.Column("quota_value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "municipal_minor > 0 and citizen_minor >= 0 and quota_value >= 0", name=op.f("ck_social_use_parts")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_social_use_book_id_authorization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "voucher_id"],
            ["social_voucher.book_id", "social_voucher.voucher_id"],
            name=op.f("fk_social_use_book_id_voucher_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "authorization_id", name=op.f("pk_social_use")),
    )


def _tenders() -> None:
    op.create_table(
        "tender",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        *_who(),
        sa.CheckConstraint("kind in ('CARD', 'BANK_TRANSFER', 'PAGOPA')", name=op.f("ck_tender_kind")),
        sa.CheckConstraint(f"amount_minor between 1 and {MOST}", name=op.f("ck_tender_amount")),
        sa.CheckConstraint("reference <> '' and length(reference) <= 64", name=op.f("ck_tender_reference")),
        sa.ForeignKeyConstraint(
            ["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"], name=op.f("fk_tender_book_id_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_tender_book_id_authorization_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "tender_id", name=op.f("pk_tender")),
        # A receipt pays once.
        sa.UniqueConstraint("book_id", "kind", "reference", name=op.f("uq_tender_book_id_kind_reference")),
        sa.UniqueConstraint("book_id", "authorization_id", name=op.f("uq_tender_book_id_authorization_id")),
    )
    op.create_table(
        "tender_return",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        *_who(),
        sa.CheckConstraint("amount_minor > 0 and seq > 0", name=op.f("ck_tender_return_amount")),
        sa.ForeignKeyConstraint(
            ["book_id", "tender_id"],
            ["tender.book_id", "tender.tender_id"],
            name=op.f("fk_tender_return_book_id_tender_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "tender_id", "seq", name=op.f("pk_tender_return")),
    )


def _claims() -> None:
    op.create_table(
        "social_claim",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("entrusted_code", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        *_who(),
        sa.CheckConstraint("kind in ('COST_REPORT', 'PRICE')", name=op.f("ck_social_claim_kind")),
        sa.CheckConstraint(f"amount_minor between 1 and {MOST}", name=op.f("ck_social_claim_amount")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_social_claim_period")),
        sa.CheckConstraint("reference <> '' and length(reference) <= 64", name=op.f("ck_social_claim_reference")),
        sa.ForeignKeyConstraint(
            ["book_id", "entrusted_code"],
            ["entrusted_service.book_id", "entrusted_service.code"],
            name=op.f("fk_social_claim_book_id_entrusted_code"),
        ),
        sa.PrimaryKeyConstraint("book_id", "claim_id", name=op.f("pk_social_claim")),
        sa.UniqueConstraint("book_id", "entrusted_code", "partner", "reference", name=op.f("uq_social_claim_document")),
    )
