"""Wallets with a municipal voucher are open: the voucher's credit is closed to other purchases by itself."""

from __future__ import annotations

from alembic import op

revision = "0017_vouchers_apart"
down_revision = "0016_payout_fees"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find the lots of vouchers and shares by an index; open the wallets that were frozen with a voucher."""
    op.create_index("ix_social_voucher_lot", "social_voucher", ["book_id", "lot_id"])
    op.create_index("ix_tender_lot", "tender", ["book_id", "lot_id"])
    # Whoever was frozen for another reason besides cannot be told apart, and is frozen again by hand.
    op.execute(
        "update wallet w set status = 'open' where w.status = 'frozen' and exists ("
        "select from social_voucher v join lot l on l.book_id = v.book_id and l.lot_id = v.lot_id"
        " where l.book_id = w.book_id and l.employee_id = w.employee_id)"
    )


def downgrade() -> None:
    """Freeze the wallets again, and drop the indexes."""
    op.execute(
        "update wallet w set status = 'frozen' where exists ("
        "select from social_voucher v join lot l on l.book_id = v.book_id and l.lot_id = v.lot_id"
        " where l.book_id = w.book_id and l.employee_id = w.employee_id)"
    )
    op.drop_index("ix_tender_lot", "tender")
    op.drop_index("ix_social_voucher_lot", "social_voucher")
