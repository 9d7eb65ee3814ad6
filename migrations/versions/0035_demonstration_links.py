"""Links that open the pages as somebody of the demonstration."""

from __future__ import annotations

from alembic import op

revision = "0035_demonstration_links"
down_revision = "0034_identity_ids"
branch_labels = None
depends_on = None

_BEFORE = "kind in ('sign_in', 'reset', 'oidc')"
_NOW = "kind in ('sign_in', 'reset', 'oidc', 'demonstration')"


def upgrade() -> None:
    """Let a proof be one of the demonstration's."""
    op.drop_constraint(op.f("ck_proof_kind"), "proof")
    op.create_check_constraint(op.f("ck_proof_kind"), "proof", _NOW)


def downgrade() -> None:
    """Forget those of the demonstration."""
    op.execute("delete from proof where kind = 'demonstration'")
    op.drop_constraint(op.f("ck_proof_kind"), "proof")
    op.create_check_constraint(op.f("ck_proof_kind"), "proof", _BEFORE)
