"""Who may spend how much on what: employers, employees, relatives, plans, and the dated rulebook."""
