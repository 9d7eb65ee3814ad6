"""The tables of plans/: funders, people, what is declared about them, and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_plans"
down_revision = "0002_network"
branch_labels = None
depends_on = None

TEXTS = sa.ARRAY(sa.Text)

# A fact is never rewritten: the one change it admits is being withdrawn, once.
KEEP_FACTS = """
create function plans_keep_facts() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a declared fact is withdrawn, not deleted' using errcode = 'integrity_constraint_violation';
    end if;
    if old.revoked_at is not null or new.revoked_at is null
       or to_jsonb(new) - 'revoked_at' <> to_jsonb(old) - 'revoked_at' then
        raise exception 'a declared fact is append-only' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    """Create the tables."""
    _funder()
    _people()
    _facts()
    _plans()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("plan_cluster", "plan", "employee_fact", "relative_fact", "relative", "employee", "funder"):
        op.drop_table(table)
    op.execute("drop function plans_keep_facts()")


def _funder() -> None:
    op.create_table(
        "funder",
        sa.Column("book_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("vat_number", sa.Text),
        sa.Column("home_territory", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name="fk_funder_book_id"),
        sa.UniqueConstraint("code", name="uq_funder_code"),
        sa.CheckConstraint("kind in ('EMPLOYER', 'MUNICIPALITY', 'PRIVATE')", name=op.f("ck_funder_kind")),
        sa.CheckConstraint("vat_number ~ '^[0-9]{11}$'", name=op.f("ck_funder_vat_number")),
        sa.CheckConstraint(
            "kind <> 'EMPLOYER' or vat_number is not null", name=op.f("ck_funder_employer_has_vat_number")
        ),
        sa.CheckConstraint("code <> '' and name <> '' and home_territory <> ''", name=op.f("ck_funder_filled")),
    )


def _people() -> None:
    op.create_table(
        "employee",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("employee_id", sa.Text, nullable=False),
        sa.Column("tax_code", sa.Text, nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date),
        sa.Column("hired_on", sa.Date),
        sa.Column("left_on", sa.Date),
        sa.Column("cluster", sa.Text),
        sa.Column("work_place", sa.Text),
        sa.Column("home_territory", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("employee_no", sa.Text),
        sa.PrimaryKeyConstraint("book_id", "employee_id", name="pk_employee"),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name="fk_employee_book_id"),
        sa.UniqueConstraint("book_id", "tax_code", name="uq_employee_book_id_tax_code"),
        sa.CheckConstraint("tax_code ~ '^([A-Z0-9]{16}|[0-9]{11})$'", name=op.f("ck_employee_tax_code")),
        sa.CheckConstraint("left_on >= hired_on", name=op.f("ck_employee_left_after_hired")),
        sa.CheckConstraint("first_name <> '' and last_name <> ''", name=op.f("ck_employee_named")),
    )
    op.create_table(
        "relative",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("relative_id", sa.Text, nullable=False),
        sa.Column("employee_id", sa.Text, nullable=False),
        sa.Column("kinship", sa.Text, nullable=False),
        sa.Column("first_name", sa.Text, nullable=False),
        sa.Column("last_name", sa.Text, nullable=False),
        sa.Column("tax_code", sa.Text),
        sa.Column("birth_date", sa.Date),
        sa.Column("comune", sa.Text),
        sa.PrimaryKeyConstraint("book_id", "relative_id", name="pk_relative"),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"], name="fk_relative_employee"
        ),
        # Several employees may have the same mother; one employee has her once.
        sa.UniqueConstraint("book_id", "employee_id", "tax_code", name="uq_relative_book_id_employee_id_tax_code"),
        sa.CheckConstraint(
            "kinship in ('SPOUSE', 'CIVIL_PARTNER', 'SEPARATED_SPOUSE', 'DE_FACTO_PARTNER', 'CHILD',"
            " 'CHILD_OF_DECEASED_SPOUSE', 'PARENT', 'GRANDPARENT', 'SIBLING', 'PARENT_IN_LAW', 'CHILD_IN_LAW',"
            " 'OTHER')",
            name=op.f("ck_relative_kinship"),
        ),
        sa.CheckConstraint("tax_code ~ '^([A-Z0-9]{16}|[0-9]{11})$'", name=op.f("ck_relative_tax_code")),
        sa.CheckConstraint("first_name <> '' and last_name <> ''", name=op.f("ck_relative_named")),
    )


def _facts() -> None:
    op.create_table(
        "relative_fact",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("relative_id", sa.Text, nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("declared_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("book_id", "fact_id", name="pk_relative_fact"),
        sa.ForeignKeyConstraint(
            ["book_id", "relative_id"], ["relative.book_id", "relative.relative_id"], name="fk_relative_fact_relative"
        ),
        sa.CheckConstraint(
            "fact in ('COHABITATION', 'MAINTENANCE', 'DEPENDENCY', 'NOT_SELF_SUFFICIENT', 'PARENTS_MISSING')",
            name=op.f("ck_relative_fact_fact"),
        ),
        sa.CheckConstraint("basis in ('RECORDED', 'DECLARED')", name=op.f("ck_relative_fact_basis")),
        # "No" is worth writing down only where the law tells it from "not known".
        sa.CheckConstraint("holds or fact in ('DEPENDENCY', 'PARENTS_MISSING')", name=op.f("ck_relative_fact_holds")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_relative_fact_period")),
        sa.CheckConstraint("revoked_at >= recorded_at", name=op.f("ck_relative_fact_knowledge")),
        # Maintenance and dependency are of a calendar year, whole.
        sa.CheckConstraint(
            "fact not in ('MAINTENANCE', 'DEPENDENCY') or (valid_to is not null and"
            " valid_from = make_date(extract(year from valid_from)::int, 1, 1) and"
            " valid_to = make_date(extract(year from valid_from)::int, 12, 31))",
            name=op.f("ck_relative_fact_whole_year"),
        ),
        sa.CheckConstraint(
            "fact <> 'NOT_SELF_SUFFICIENT' or valid_to is not null", name=op.f("ck_relative_fact_certificate_expires")
        ),
    )
    op.create_index("ix_relative_fact_relative", "relative_fact", ["book_id", "relative_id"])
    # Spells of living together and certificates may follow or overlap each other; the others answer once.
    op.create_index(
        "ux_relative_fact_current",
        "relative_fact",
        ["book_id", "relative_id", "fact", "valid_from"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null and fact in ('MAINTENANCE', 'DEPENDENCY', 'PARENTS_MISSING')"),
    )
    op.create_table(
        "employee_fact",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("fact_id", sa.Text, nullable=False),
        sa.Column("employee_id", sa.Text, nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("child_tax_code", sa.Text),
        sa.Column("distance_km", sa.SmallInteger),
        sa.Column("declared_on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("book_id", "fact_id", name="pk_employee_fact"),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"], name="fk_employee_fact_employee"
        ),
        sa.CheckConstraint(
            "fact in ('EXTERNAL_FRINGE', 'EXTERNAL_PENSION', 'EXTERNAL_HEALTH_FUND', 'PDR_ELSEWHERE',"
            " 'DEPENDENT_CHILD', 'FIRST_JOB_PENSION', 'NEW_HIRE')",
            name=op.f("ck_employee_fact_fact"),
        ),
        sa.CheckConstraint("year between 1990 and 2100", name=op.f("ck_employee_fact_year")),
        sa.CheckConstraint("amount_minor between 0 and 9007199254740991", name=op.f("ck_employee_fact_amount")),
        sa.CheckConstraint(
            "(amount_minor is null) = (fact in ('DEPENDENT_CHILD', 'FIRST_JOB_PENSION'))",
            name=op.f("ck_employee_fact_amount_of_its_kind"),
        ),
        # A new hire says last year's income and how far the residence moved.
        sa.CheckConstraint(
            "(distance_km is not null) = (fact = 'NEW_HIRE') and distance_km >= 0",
            name=op.f("ck_employee_fact_distance_of_its_kind"),
        ),
        sa.CheckConstraint("child_tax_code ~ '^[A-Z0-9]{16}$'", name=op.f("ck_employee_fact_child_tax_code")),
        sa.CheckConstraint(
            "(child_tax_code is not null) = (fact = 'DEPENDENT_CHILD')", name=op.f("ck_employee_fact_child_of_its_kind")
        ),
        sa.CheckConstraint("revoked_at >= recorded_at", name=op.f("ck_employee_fact_knowledge")),
    )
    # One figure holds at a time; the children of a year are each their own.
    op.create_index(
        "ux_employee_fact_current",
        "employee_fact",
        ["book_id", "employee_id", "fact", "year", sa.text("coalesce(child_tax_code, '')")],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_index("ix_employee_fact_employee", "employee_fact", ["book_id", "employee_id", "year"])
    op.execute(KEEP_FACTS)
    for table in ("relative_fact", "employee_fact"):
        op.execute(
            f"create trigger keep_facts before update or delete on {table}"
            " for each row execute function plans_keep_facts()"
        )


def _plans() -> None:
    op.create_table(
        "plan",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("spend_by", sa.Date, nullable=False),
        sa.Column("carry_over_months", sa.SmallInteger, nullable=False),
        sa.Column("residual_destination", sa.Text, nullable=False),
        sa.Column("leaver_grace_days", sa.SmallInteger, nullable=False),
        sa.Column("funding_policy", sa.Text, nullable=False),
        sa.Column("taxable_policy", sa.Text, nullable=False),
        sa.Column("entitlement", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("source_type", sa.Text),
        sa.Column("document_ref", sa.Text),
        sa.Column("signed_on", sa.Date),
        sa.Column("deposit_code", sa.Text),
        sa.Column("unilateral_change", sa.Boolean, nullable=False),
        sa.Column("categories", TEXTS, nullable=False),
        sa.Column("channels", TEXTS, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "plan_id", name="pk_plan"),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name="fk_plan_book_id"),
        sa.UniqueConstraint("book_id", "code", name="uq_plan_book_id_code"),
        sa.CheckConstraint("code <> '' and name <> ''", name=op.f("ck_plan_named")),
        sa.CheckConstraint("source in ('ON_TOP', 'CCNL', 'PDR', 'MUNICIPAL', 'PRIVATE')", name=op.f("ck_plan_source")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_plan_period")),
        sa.CheckConstraint("spend_by >= starts_on", name=op.f("ck_plan_spend_by")),
        sa.CheckConstraint("carry_over_months between 0 and 60", name=op.f("ck_plan_carry_over_months")),
        sa.CheckConstraint(
            "residual_destination in ('EMPLOYER', 'COMMUNITY_FUND', 'PENSION_FUND')",
            name=op.f("ck_plan_residual_destination"),
        ),
        sa.CheckConstraint("leaver_grace_days between 0 and 730", name=op.f("ck_plan_leaver_grace_days")),
        sa.CheckConstraint("funding_policy in ('PREFUNDED', 'ON_ACCOUNT')", name=op.f("ck_plan_funding_policy")),
        sa.CheckConstraint("taxable_policy in ('REFUSE', 'WITH_CONSENT')", name=op.f("ck_plan_taxable_policy")),
        sa.CheckConstraint("entitlement in ('ALL', 'CLUSTER', 'AD_PERSONAM')", name=op.f("ck_plan_entitlement")),
        sa.CheckConstraint("amount_minor between 1 and 9007199254740991", name=op.f("ck_plan_amount")),
        sa.CheckConstraint(
            "source_type in ('CCNL', 'COMPANY_AGREEMENT', 'REGULATION_BINDING', 'REGULATION_REVOCABLE', 'UNILATERAL')",
            name=op.f("ck_plan_source_type"),
        ),
        # What the employer may deduct depends on the act behind the plan, so an employer's plan always names it.
        sa.CheckConstraint(
            "(source_type is null) = (source in ('MUNICIPAL', 'PRIVATE'))",
            name=op.f("ck_plan_source_type_of_its_source"),
        ),
        sa.CheckConstraint("cardinality(categories) > 0", name=op.f("ck_plan_categories")),
        sa.CheckConstraint(
            "cardinality(channels) > 0 and channels <@ array['DIRECT', 'VOUCHER', 'REIMBURSEMENT']",
            name=op.f("ck_plan_channels"),
        ),
    )
    op.create_table(
        "plan_cluster",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("cluster", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger),
        sa.PrimaryKeyConstraint("book_id", "plan_id", "cluster", name="pk_plan_cluster"),
        sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name="fk_plan_cluster_plan"),
        sa.CheckConstraint("cluster <> '' and description <> ''", name=op.f("ck_plan_cluster_described")),
        sa.CheckConstraint("amount_minor between 1 and 9007199254740991", name=op.f("ck_plan_cluster_amount")),
    )
