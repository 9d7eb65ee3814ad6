"""Services: what one may order, from whom, where, and at which price on which day."""

from network.services.catalogue import Delivery, Kind, Service, get, listed, needs, offered
from network.services.offers import Offer, offer
from network.services.prices import Price, price_history, price_on, reprice, withdraw
from network.services.search import Entry, Wanted, entry, entry_of, find, matches

__all__ = [
    "Delivery",
    "Entry",
    "Kind",
    "Offer",
    "Price",
    "Service",
    "Wanted",
    "entry",
    "entry_of",
    "find",
    "get",
    "listed",
    "matches",
    "needs",
    "offer",
    "offered",
    "price_history",
    "price_on",
    "reprice",
    "withdraw",
]
