"""The chain of seals and the checkpoints kept elsewhere."""

from __future__ import annotations

import json
import stat
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session, sessionmaker

from ledger import seals, signing
from ledger.seals import Checkpoint
from ledger.tables import Entry, Posting
from tests.ledger.little_book import NOON, TODAY, LittleBook, at, open_little_book

ENTRY = (1, 7, "grant", TODAY, NOON, None, None, None, None, "tester", "")
POSTING = (1, 7, 1, 10, 11, 500, 1, 500, 1, 500)


@pytest.fixture
def sealed(book: LittleBook) -> LittleBook:
    """A book with six sealed entries."""
    for amount in range(1, 6):
        book.post(("LOT1", "DUE", amount), reference=f"R{amount}")
    seals.seal(book.session, book.book_id)
    return book


def kinds(book: LittleBook) -> list[str]:
    return [difference.kind for difference in seals.verify_chain(book.session, book.book_id)]


def rewrite(book: LittleBook) -> None:
    """Seal the whole book anew, as a thief would who covers the traces."""
    book.sql("delete from seal where book_id = :book")
    book.sql("delete from seal_queue where book_id = :book")
    book.sql("insert into seal_queue select book_id, entry_id from entry where book_id = :book")
    seals.seal(book.session, book.book_id)


def test_every_entry_is_sealed_once(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 1))

    assert seals.seal(book.session, book.book_id) == 2
    assert seals.seal(book.session, book.book_id) == 0
    book.post(("LOT1", "DUE", 1))
    assert seals.seal(book.session, book.book_id) == 1
    assert book.sql("select array_agg(seq order by seq) from seal where book_id = :book").scalar() == [1, 2, 3]
    assert book.verify() == []


def test_sealing_goes_on_where_it_stopped(book: LittleBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "CHUNK", 4)
    for _ in range(20):
        book.post(("LOT1", "DUE", 1))
    heard: list[int] = []

    assert seals.seal(book.session, book.book_id, limit=6, on_progress=heard.append) == 6
    assert seals.seal(book.session, book.book_id, on_progress=heard.append) == 15

    assert heard == [4, 6, 4, 8, 12, 15]
    assert book.verify() == []


def test_the_head_is_the_last_link(sealed: LittleBook, session: Session) -> None:
    head = seals.head(session, sealed.book_id)

    assert head is not None
    assert head.seq == 6
    assert head.sealed_at == NOON
    assert len(head.link_hash) == 32
    assert seals.head(session, open_little_book(session, "OTHER").book_id) is None


def test_an_entry_that_disappeared_while_it_waited_stops_nobody(book: LittleBook) -> None:
    book.post(("LOT1", "DUE", 1), reference="gone")
    with book.untriggered():
        book.sql("delete from entry where book_id = :book and reference = 'gone'")

        assert seals.seal(book.session, book.book_id) == 1
        assert kinds(book) == ["deleted"]


def test_one_sealer_at_a_time_works_on_a_book(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        book = open_little_book(session)
        for _ in range(30):
            book.post(("CASH", "LOT1", 1))
    counts: list[int] = []

    def work() -> None:
        with own_sessions.begin() as session:
            counts.append(seals.seal(session, book.book_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 0, 0, 30]
    with own_sessions() as session:
        assert seals.verify_chain(session, book.book_id) == []


def test_what_is_hashed_covers_every_column() -> None:
    assert set(seals.ENTRY_FIELDS) == set(Entry.__table__.columns.keys())
    assert set(seals.POSTING_FIELDS) == set(Posting.__table__.columns.keys())


def test_the_hash_of_an_entry_is_what_it_will_be_in_ten_years() -> None:
    text = seals.content_hash(ENTRY, [POSTING]).hex()

    assert text == "13e0a0ab34d9f11b0782eb1903925d5bcbd3ac29e65b1963ea3296f6b10b2b77"


def test_what_is_hashed_can_be_written_down_by_hand() -> None:
    def field(text: str) -> bytes:
        return len(text).to_bytes(4) + text.encode()

    words = ["1", "7", "grant", "2026-03-10", "2026-03-10T11:00:00.000000+00:00"]
    encoded = b"\x01" + (1).to_bytes(4) + b"".join(map(field, words)) + b"\xff" * 4 + field("tester") + field("")
    encoded += b"".join(field(str(number)) for number in POSTING)

    assert seals.content_hash(ENTRY, [POSTING]) == sha256(encoded).digest()


@pytest.mark.parametrize("place", range(len(ENTRY)))
def test_a_change_of_any_field_of_an_entry_changes_its_hash(place: int) -> None:
    for value in (None, "", "other", -1):
        changed = (*ENTRY[:place], value, *ENTRY[place + 1 :])

        assert (seals.content_hash(changed, [POSTING]) == seals.content_hash(ENTRY, [POSTING])) == (changed == ENTRY)


@pytest.mark.parametrize("place", range(len(POSTING)))
def test_a_change_of_any_field_of_a_posting_changes_the_hash(place: int) -> None:
    changed = (*POSTING[:place], POSTING[place] + 1, *POSTING[place + 1 :])

    assert seals.content_hash(ENTRY, [changed]) != seals.content_hash(ENTRY, [POSTING])


def test_no_two_entries_have_one_encoding() -> None:
    def with_texts(reference: str | None, actor: str, memo: str) -> bytes:
        return seals.content_hash((*ENTRY[:5], reference, None, None, None, actor, memo), [POSTING])

    hashes = {
        with_texts(None, "ab", "c"),
        with_texts("", "ab", "c"),
        with_texts("", "a", "bc"),
        with_texts("", "abc", ""),
        with_texts("a", "b", "c"),
        with_texts(None, "", "abc"),
        seals.content_hash(ENTRY, []),
        seals.content_hash(ENTRY, [POSTING, POSTING]),
    }
    assert len(hashes) == 8


def test_a_tampered_entry_is_named(sealed: LittleBook) -> None:
    with sealed.untriggered():
        sealed.sql("update entry set memo = 'x' where book_id = :book and reference = 'R3'")

    (difference,) = seals.verify_chain(sealed.session, sealed.book_id)

    entry = sealed.sql("select entry_id from entry where book_id = :book and reference = 'R3'").scalar()
    assert (difference.kind, difference.subject) == ("tampered", f"entry {entry}")


def test_a_deleted_entry_is_named(sealed: LittleBook) -> None:
    with sealed.untriggered():
        sealed.sql(
            "delete from posting where entry_id = (select entry_id from entry"
            " where book_id = :book and reference = 'R3')"
        )
        sealed.sql("delete from entry where book_id = :book and reference = 'R3'")

        assert kinds(sealed) == ["deleted"]


def test_a_deleted_entry_is_named_though_its_seal_is_gone_too(sealed: LittleBook) -> None:
    with sealed.untriggered():
        sealed.sql("delete from seal where book_id = :book and seq = 3")
        sealed.sql(
            "delete from entry where book_id = :book"
            " and not exists (select from seal s where s.entry_id = entry.entry_id)"
        )

    assert kinds(sealed) == ["seal_missing"]


def test_an_inserted_entry_is_named(sealed: LittleBook) -> None:
    sealed.sql(
        "insert into entry (book_id, kind, occurred_on, recorded_at, actor, memo)"
        " values (:book, 'gift', '2026-03-10', ledger_now(), 'thief', '')"
    )

    assert kinds(sealed) == ["inserted"]


def test_reordered_links_are_named(sealed: LittleBook) -> None:
    with sealed.untriggered():
        sealed.sql("update seal set seq = -seq where book_id = :book and seq in (2, 3)")
        sealed.sql("update seal set seq = 5 + seq where book_id = :book and seq < 0")

        assert kinds(sealed) == ["reordered"] * 3


def test_a_seal_changed_together_with_its_entry_breaks_the_chain(sealed: LittleBook) -> None:
    with sealed.untriggered():
        sealed.sql("update entry set memo = 'x' where book_id = :book and reference = 'R3'")
        found = seals.verify_chain(sealed.session, sealed.book_id)[0].found
        assert found is not None
        sealed.sql(
            "update seal set content_hash = :hash where book_id = :book and entry_id ="
            " (select entry_id from entry where book_id = :book and reference = 'R3')",
            hash=bytes.fromhex(found),
        )

        assert kinds(sealed) == ["reordered"]


def test_a_checkpoint_goes_through_json_and_is_verified(sealed: LittleBook, session: Session) -> None:
    key = Ed25519PrivateKey.generate()
    taken = seals.checkpoint(session, sealed.book_id, key)
    sealed.post(("LOT1", "DUE", 1))
    seals.seal(session, sealed.book_id)

    again = Checkpoint.from_dict(json.loads(json.dumps(taken.as_dict())))

    assert (again.seq, again.day) == (6, "2026-03-10")
    assert seals.verify_checkpoint(session, again, key.public_key()) == []


def test_a_checkpoint_of_an_empty_chain_is_verified(empty_book: LittleBook, session: Session) -> None:
    key = Ed25519PrivateKey.generate()

    taken = seals.checkpoint(session, empty_book.book_id, key)

    assert taken.seq == 0
    assert seals.verify_checkpoint(session, taken, key.public_key()) == []


@pytest.mark.parametrize(
    "change", [{"seq": 5}, {"link_hash": "00" * 32}, {"day": "2026-03-09"}, {"book_id": 0}, {"signature": "x"}]
)
def test_a_forged_checkpoint_is_told(sealed: LittleBook, session: Session, change: dict[str, Any]) -> None:
    key = Ed25519PrivateKey.generate()
    taken = seals.checkpoint(session, sealed.book_id, key)

    forged = Checkpoint.from_dict(taken.as_dict() | change)

    (difference,) = seals.verify_checkpoint(session, forged, key.public_key())
    assert difference.kind == "checkpoint_signature"
    (other,) = seals.verify_checkpoint(session, taken, Ed25519PrivateKey.generate().public_key())
    assert other.kind == "checkpoint_signature"


def test_a_chain_rewritten_as_a_whole_does_not_pass_its_checkpoint(sealed: LittleBook, session: Session) -> None:
    key = Ed25519PrivateKey.generate()
    taken = seals.checkpoint(session, sealed.book_id, key)
    with sealed.untriggered():
        sealed.sql("update entry set memo = 'x' where book_id = :book and reference = 'R3'")
        rewrite(sealed)

    assert sealed.verify() == []
    (difference,) = seals.verify_checkpoint(session, taken, key.public_key())
    assert difference.kind == "rewritten"
    assert "non passa per il punto fermo" in difference.text("it")


def test_a_chain_cut_at_its_end_does_not_reach_its_checkpoint(sealed: LittleBook, session: Session) -> None:
    key = Ed25519PrivateKey.generate()
    taken = seals.checkpoint(session, sealed.book_id, key)
    with sealed.untriggered():
        sealed.sql(
            "delete from posting where entry_id in (select entry_id from seal where book_id = :book and seq > 4)"
        )
        sealed.sql("delete from entry where entry_id in (select entry_id from seal where book_id = :book and seq > 4)")
        sealed.sql("delete from seal where book_id = :book and seq > 4")

    assert kinds(sealed) == []
    (difference,) = seals.verify_checkpoint(session, taken, key.public_key())
    assert (difference.kind, difference.expected, difference.found) == ("truncated", "6", "4")


def test_sealing_is_told_the_time_of_the_ledger(book: LittleBook) -> None:
    with at(book.session, NOON.replace(hour=15)):
        seals.seal(book.session, book.book_id)

    head = seals.head(book.session, book.book_id)
    assert head is not None
    assert head.sealed_at == NOON.replace(hour=15)


def test_the_signing_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    first, second = signing.key(folder), signing.key(folder)

    assert signing.public_text(first.public_key()) == signing.public_text(second.public_key())
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = signing.public_text(first.public_key())
    signing.public_key(text).verify(first.sign(b"x"), b"x")


def test_of_two_processes_that_make_the_key_one_is_heard(tmp_path: Path) -> None:
    keys: list[str] = []

    def work() -> None:
        keys.append(signing.public_text(signing.key(tmp_path).public_key()))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(keys)) == 1


def test_a_file_that_is_no_such_key_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    text = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "checkpoint-key.pem").write_bytes(text)

    with pytest.raises(ValueError, match="not an Ed25519 key"):
        signing.key(tmp_path)
