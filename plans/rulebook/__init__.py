"""The fiscal rulebook: dated rules as data, and one pure decision over them."""
