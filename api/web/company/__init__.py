"""The rooms of an employer's personnel office: plans, people, budgets and statements of its own book."""
