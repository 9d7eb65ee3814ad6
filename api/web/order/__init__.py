"""Ordering: for whom, when and how much, with the decision told before anything is spent; and what became of it."""
