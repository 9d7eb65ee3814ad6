"""Disputes that a provider answers and an operator settles."""

from __future__ import annotations

from alembic import op

revision = "0027_dispute_answers"
down_revision = "0026_webhooks"
branch_labels = None
depends_on = None

_KINDS = "kind in ('opened', {}'upheld', 'dismissed')"
_ROLES = "role in ('EMPLOYEE', 'WELFARE_MANAGER'{})"


def upgrade() -> None:
    """Let a history say so."""
    _lay(_KINDS.format("'answered', "), _ROLES.format(", 'OPERATOR', 'PROVIDER'"))
    op.create_check_constraint(
        op.f("ck_dispute_event_answered"), "dispute_event", "(kind = 'answered') = (role = 'PROVIDER')"
    )


def downgrade() -> None:
    """Admit only what was there before."""
    op.drop_constraint(op.f("ck_dispute_event_answered"), "dispute_event")
    _lay(_KINDS.format(""), _ROLES.format(""))


def _lay(kinds: str, roles: str) -> None:
    for name, condition in (("kind", kinds), ("role", roles)):
        op.drop_constraint(op.f(f"ck_dispute_event_{name}"), "dispute_event")
        op.create_check_constraint(op.f(f"ck_dispute_event_{name}"), "dispute_event", condition)
