"""
What is left of a municipality's money, and of citizens' own, goes back to them: never carried over, never given away.

It fails where a plan of theirs says otherwise, or where credit of theirs was carried over. No release has let anybody
load such a plan; a database that was filled from an unreleased version has to have it revised, or is filled again.
"""

from __future__ import annotations

from alembic import op

revision = "0015_goes_back"
down_revision = "0014_append_only"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the constraints."""
    op.create_check_constraint(
        op.f("ck_plan_goes_back"),
        "plan",
        "source not in ('MUNICIPAL', 'PRIVATE') or (carry_over_months = 0 and residual_destination = 'EMPLOYER')",
    )
    op.create_check_constraint(
        op.f("ck_lot_goes_back"), "lot", "source not in ('MUNICIPAL', 'PRIVATE') or carried_from is null"
    )


def downgrade() -> None:
    """Drop the constraints."""
    op.drop_constraint(op.f("ck_lot_goes_back"), "lot", type_="check")
    op.drop_constraint(op.f("ck_plan_goes_back"), "plan", type_="check")
