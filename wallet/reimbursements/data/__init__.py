"""Facts about reimbursable expenses, as files that a fiscal expert can read and correct."""
