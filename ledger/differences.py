"""What verification found to differ from what the journal says, in words that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

# What each difference means: (Italian, English).
KINDS: dict[str, tuple[str, str]] = {
    "trial_balance": ("il totale dei dare non è quello degli avere", "total debits are not total credits"),
    "debit_posted": ("il dare del saldo non è la somma dei movimenti", "the balance's debits are not its postings'"),
    "credit_posted": ("l'avere del saldo non è la somma dei movimenti", "the balance's credits are not its postings'"),
    "balance_version": (
        "la versione del saldo non è il numero dei movimenti",
        "the version is not the postings' number",
    ),
    "balance_missing": ("il conto non ha un saldo", "the account has no balance"),
    "account_missing": ("il conto non esiste nel libro", "the account does not exist in the book"),
    "account_side": ("il segno del saldo non è quello del tipo di conto", "the balance's side is not its account's"),
    "account_currency": ("la valuta del conto non è quella del libro", "the account's currency is not the book's"),
    "version_order": (
        "le versioni lungo il conto non sono consecutive",
        "versions along the account are not contiguous",
    ),
    "running_balance": ("il saldo progressivo non torna", "the running balance does not add up"),
    "recorded_backwards": ("una registrazione è anteriore alla precedente", "recorded before the one it follows"),
    "floor": ("il disponibile è sotto il minimo", "what is available is below the floor"),
    "held": ("il vincolato non è ciò che i vincoli aperti riservano", "held is not what open holds reserve"),
    "hold_amount": ("l'importo del vincolo non è quello autorizzato", "the hold's amount is not what was authorized"),
    "hold_captured": ("l'addebitato del vincolo non torna con gli eventi", "captured is not what the events say"),
    "hold_released": ("il liberato del vincolo non torna con gli eventi", "released is not what the events say"),
    "hold_line_captured": ("l'addebitato sul conto non torna con i movimenti", "captured is not what the postings say"),
    "hold_state": ("lo stato del vincolo non è quello dei suoi eventi", "the hold's state is not its events'"),
    "hold_events": ("gli eventi del vincolo non sono consecutivi", "the hold's events are not contiguous"),
    "hold_missing": ("il vincolo citato non esiste", "the hold that is named does not exist"),
    "hold_closed_with_rest": ("il vincolo chiuso riserva ancora qualcosa", "a hold that ended still reserves money"),
    "hold_open_without_rest": ("il vincolo aperto non riserva più nulla", "an open hold reserves nothing any more"),
    "capture_event": (
        "scrittura ed evento di addebito non si citano a vicenda",
        "entry and capture event do not match",
    ),
    "refund_counter": (
        "lo stornato a favore non è la somma degli storni",
        "the refund counter is not the refunds' sum",
    ),
    "refund_cap": (
        "l'addebitato del contatore non è quello della scrittura",
        "the refund cap is not what was captured",
    ),
    "entry_named_missing": ("la scrittura citata non esiste", "the entry that is named does not exist"),
    "entry_without_postings": ("scrittura senza movimenti", "entry without postings"),
    "posting_without_entry": ("movimento senza scrittura", "posting without an entry"),
    "posting_lines": ("le righe della scrittura non sono consecutive", "the entry's lines are not contiguous"),
    "posted_after_closing": ("scritta in un periodo già chiuso", "written into a period that was closed"),
    "sealed_and_queued": ("sigillata e ancora in coda", "sealed and still queued"),
    "inserted": ("né sigillata né in coda: aggiunta di nascosto", "neither sealed nor queued: slipped in"),
    "deleted": ("citata dai sigilli o in coda, ma non c'è più", "named by a seal or queued, but gone"),
    "seal_missing": ("manca un sigillo della catena", "a seal of the chain is missing"),
    "tampered": ("il contenuto non è quello sigillato", "the content is not what was sealed"),
    "reordered": ("il sigillo non segue dal precedente", "the seal does not follow from the one before"),
    "checkpoint_signature": ("la firma del punto fermo non è valida", "the checkpoint's signature is not valid"),
    "truncated": ("la catena finisce prima del punto fermo", "the chain ends before the checkpoint"),
    "rewritten": ("la catena non passa per il punto fermo", "the chain does not pass through the checkpoint"),
}

_NOUNS = {
    "account": "conto",
    "book": "libro",
    "checkpoint": "punto fermo",
    "entry": "scrittura",
    "hold": "vincolo",
    "posting": "movimento",
    "seal": "sigillo",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One thing that is not as the journal says it should be.

    `kind` is one of `KINDS`; `subject` names the row (`entry 12`, `account LOT:7`); amounts are minor units.
    """

    kind: str
    subject: str
    expected: str | None = None
    found: str | None = None

    def text(self, language: str = "en") -> str:
        """Return the difference as a sentence."""
        meaning = KINDS[self.kind][0 if language == "it" else 1]
        noun, _, name = self.subject.partition(" ")
        subject = f"{_NOUNS[noun]} {name}" if language == "it" else self.subject
        if self.expected is None and self.found is None:
            return f"{subject}: {meaning}"
        wanted, got = ("atteso", "trovato") if language == "it" else ("expected", "found")
        nothing = "nulla" if language == "it" else "nothing"
        return f"{subject}: {meaning} ({wanted} {self.expected or nothing}, {got} {self.found or nothing})"

    def __str__(self) -> str:
        return self.text()
