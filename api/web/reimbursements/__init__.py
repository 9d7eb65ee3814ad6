"""Reimbursements: what people paid and ask to have back, from the checklist to the answer."""
