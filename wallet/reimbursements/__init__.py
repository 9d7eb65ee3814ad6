"""Reimbursements: the employee paid, and the plan pays back through payroll, against documents."""
