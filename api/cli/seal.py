"""borsellino seal: the hash chain over the entries, and signed checkpoints of it."""

from __future__ import annotations

import json
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from api.cli.caller import Caller
from api.cli.groups import Group, common_options, dry_run
from api.cli.words import FILE, TEXT
from api.cli.work import book_of, books_of, change, look
from api.errors import CheckpointInvalid, ExitCode
from ledger import seals, signing
from ledger.differences import Difference
from ledger.seals import Checkpoint


@click.group(cls=Group, invoke_without_command=True, params=common_options())
@click.option("--all", "every", is_flag=True, help="Every book, one transaction each.")
@dry_run
@click.pass_context
def seal(ctx: click.Context, every: bool) -> None:
    """Give every waiting entry its place in the chain of hashes; or verify the chain, or sign a checkpoint of it."""
    if ctx.invoked_subcommand is not None:
        return
    caller: Caller = ctx.obj
    sealed = {}
    for code, book_id in books_of(caller, every=every):
        with caller.progress(f"Sigillo {code}", f"Sealing {code}") as tick:
            sealed[code] = change(
                caller,
                lambda session, book_id=book_id, tick=tick: seals.seal(  # type: ignore[misc]
                    session, book_id, on_progress=lambda done: tick(done, None)
                ),
            )
        caller.say(
            "{book}: {n:scrittura sigillata|scritture sigillate}.",
            "{book}: {n:entry|entries} sealed.",
            book=code,
            n=sealed[code],
        )
    caller.data(sealed=sealed)


@seal.command()
@click.option("--checkpoint", type=FILE, help="File of a signed checkpoint that the chain must pass through.")
@click.option("--public-key", type=TEXT, help="Public key of the checkpoint; this installation's unless given.")
@click.pass_context
def verify(ctx: click.Context, checkpoint: Path | None, public_key: str | None) -> None:
    """Recompute the chain and name what does not fit; exit 1 if anything does not."""
    caller: Caller = ctx.obj
    kept = None if checkpoint is None else (_read(checkpoint), _signer(public_key))

    def read(session: Session) -> list[Difference]:
        differences = seals.verify_chain(session, book_of(caller, session))
        return differences if kept is None else differences + seals.verify_checkpoint(session, *kept)

    differences = look(read)
    for difference in differences:
        caller.say("{it}", "{en}", it=difference.text("it"), en=difference.text("en"))
    if not differences:
        caller.say("La catena dei sigilli è intatta.", "The chain of seals is intact.")
    caller.data(differences=differences)
    if differences:
        ctx.exit(ExitCode.REFUSED)


@seal.command()
@click.option("--output", type=FILE, required=True, help="Where to write it; keep it away from the database.")
@click.pass_obj
def checkpoint(caller: Caller, output: Path) -> None:
    """Write a signed statement of where the chain stands today."""
    key = signing.key()
    made = look(lambda session: seals.checkpoint(session, book_of(caller, session), key))
    output.write_text(json.dumps(made.as_dict(), indent=2) + "\n", encoding="utf-8")
    public = signing.public_text(key.public_key())
    caller.say(
        "Punto fermo al sigillo {seq} scritto in {file}. Chiave pubblica: {key}",
        "Checkpoint at seal {seq} written to {file}. Public key: {key}",
        seq=made.seq, file=output, key=public,
    )  # fmt: skip
    caller.data(checkpoint=made.as_dict(), public_key=public, output=output)


def _signer(public_key: str | None) -> Ed25519PublicKey:
    try:
        return signing.key().public_key() if public_key is None else signing.public_key(public_key)
    except ValueError:
        raise CheckpointInvalid(file=public_key or "checkpoint-key.pem") from None


def _read(path: Path) -> Checkpoint:
    try:
        kept = Checkpoint.from_dict(json.loads(path.read_text(encoding="utf-8")))
        kept.signed_bytes()
    except (ValueError, TypeError):
        raise CheckpointInvalid(file=path.name) from None
    if not isinstance(kept.seq, int) or not isinstance(kept.signature, str):
        raise CheckpointInvalid(file=path.name)
    return kept
