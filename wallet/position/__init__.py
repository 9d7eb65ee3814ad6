"""The fiscal position of a person and a year: summed from fiscal events, never read from a balance of money."""

from wallet.position.gauge import Gauge, OneMore, Zone
from wallet.position.model import BonusPosition, CategoryPosition, Line, MomentLine, Position, Split, Unknown
from wallet.position.query import gauges, position, recompute

__all__ = [
    "BonusPosition",
    "CategoryPosition",
    "Gauge",
    "Line",
    "MomentLine",
    "OneMore",
    "Position",
    "Split",
    "Unknown",
    "Zone",
    "gauges",
    "position",
    "recompute",
]
