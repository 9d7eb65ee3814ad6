"""Surveys of needs, and searches that found nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0036_surveys"
down_revision = "0035_demonstration_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "survey",
        sa.Column("survey_id", sa.Text(), nullable=False),
        sa.Column("of_book_id", sa.Integer()),
        sa.Column("territory_code", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_on", sa.Date()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("(of_book_id is null) <> (territory_code is null)", name=op.f("ck_survey_audience")),
        sa.CheckConstraint("closed_on is null or opened_on is not null", name=op.f("ck_survey_closed")),
        sa.CheckConstraint("answers = 0 or opened_on is not null", name=op.f("ck_survey_answers")),
        sa.ForeignKeyConstraint(["of_book_id"], ["book.book_id"], name=op.f("fk_survey_of_book_id")),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name=op.f("fk_survey_territory_code")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey")),
    )
    op.create_table(
        "survey_question",
        sa.Column("survey_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("needs", ARRAY(sa.Text()), nullable=False),
        sa.Column("choices", ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("kind in ('one', 'several', 'scale', 'text')", name=op.f("ck_survey_question_kind")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.survey_id"], name=op.f("fk_survey_question_survey_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("survey_id", "seq", name=op.f("pk_survey_question")),
    )
    op.create_table(
        "survey_result",
        sa.Column("survey_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tally", ARRAY(sa.Integer()), nullable=False),
        sa.Column("texts", ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "seq"],
            ["survey_question.survey_id", "survey_question.seq"],
            name=op.f("fk_survey_result_survey_id_seq"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("survey_id", "seq", name=op.f("pk_survey_result")),
    )
    op.create_table(
        "survey_participation",
        sa.Column("survey_id", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.survey_id"], name=op.f("fk_survey_participation_survey_id"), ondelete="cascade"
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_survey_participation_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "book_id", "employee_id", name=op.f("pk_survey_participation")),
    )
    op.create_table(
        "unmet_search",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("territory_code", sa.Text(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("beneficiary", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.CheckConstraint("searches > 0", name=op.f("ck_unmet_search_searches")),
        sa.PrimaryKeyConstraint(
            "day", "territory_code", "need", "beneficiary", "delivery", name=op.f("pk_unmet_search")
        ),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("unmet_search", "survey_participation", "survey_result", "survey_question", "survey"):
        op.drop_table(name)
