"""Read only: one query module and one layout module per report."""
