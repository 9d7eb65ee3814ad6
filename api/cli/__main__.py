"""Lets `python -m api.cli` stand for `borsellino`."""

from api.cli import main

main()
