"""Says what is doubtful in an interpretation; the words stand in doubts.toml."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def load() -> Mapping[str, Mapping[str, str]]:
    """Return the doubt of each rule that has one, by rule id and language."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads((files("plans.rulebook") / "doubts.toml").read_text("utf-8"))
    return found
