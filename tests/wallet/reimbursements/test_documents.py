"""Documents are what their names say, open, are no trap, and are kept whole for the program's user alone."""

from __future__ import annotations

import io
import stat
import zlib
from pathlib import Path

import pikepdf
import pytest

from tests.wallet.reimbursements.conftest import Desk, image, pdf
from wallet.reimbursements import copies, documents, records
from wallet.reimbursements.documents import LARGEST_BYTES, Store, safe_name
from wallet.reimbursements.errors import (
    DocumentEmpty,
    DocumentMissing,
    DocumentNameDiffers,
    DocumentRefused,
    DocumentTooLarge,
    DocumentTypeUnknown,
    DocumentUnreadable,
)
from wallet.reimbursements.words import Purpose


def check(name: str, content: bytes) -> documents.Upload:
    return documents.check(name, content, Purpose.EXPENSE)


def locked() -> bytes:
    document, content = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(content, encryption=pikepdf.Encryption(owner="a", user="b"))
    return content.getvalue()


def unfolding() -> bytes:
    """A PDF of two megabytes whose only page unfolds into two gigabytes."""
    document, content = pikepdf.new(), io.BytesIO()
    page = document.add_blank_page()
    squeeze = zlib.compressobj(9)
    block = b" " * (1 << 20)
    data = b"".join(squeeze.compress(block) for _ in range(2_000)) + squeeze.flush()
    stream = pikepdf.Stream(document, b"")
    stream.write(data, filter=pikepdf.Name.FlateDecode)
    page.Contents = stream
    document.save(content, recompress_flate=False)
    return content.getvalue()


def vast_png() -> bytes:
    """A PNG of a few hundred bytes that says to be 50,000 dots wide and high."""
    content = bytearray(image("PNG", (1, 1)))
    header = b"IHDR" + (50_000).to_bytes(4, "big") * 2 + bytes(content[24:29])
    content[12:29] = header
    content[29:33] = zlib.crc32(header).to_bytes(4, "big")
    return bytes(content)


def with_picture(width: int, height: int) -> bytes:
    """A PDF of one page with a picture that says to be that large."""
    document, content = pikepdf.new(), io.BytesIO()
    picture = pikepdf.Stream(document, b"\0")
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height = width, height
    page = document.add_blank_page()
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    document.save(content)
    return content.getvalue()


def opening(action: str) -> bytes:
    """A PDF that does something when it is opened."""
    document, content = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name(action))
    document.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("foto.pdf", with_picture(6_000, 10_000), "application/pdf"),
        ("vai.pdf", opening("/GoTo"), "application/pdf"),
        ("fattura.pdf", pdf(), "application/pdf"),
        ("FATTURA.PDF", pdf(), "application/pdf"),
        ("foto.jpg", image("JPEG"), "image/jpeg"),
        ("foto.jpeg", image("JPEG"), "image/jpeg"),
        ("foto.png", image("PNG"), "image/png"),
    ],
)
def test_what_opens_is_taken(name: str, content: bytes, media_type: str) -> None:
    upload = check(name, content)

    assert (upload.name, upload.media_type, upload.size_bytes) == (name, media_type, len(content))


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("vuoto.pdf", b"", DocumentEmpty),
        ("grande.pdf", pdf() + b" " * LARGEST_BYTES, DocumentTooLarge),
        ("testo.pdf", b"not a document at all", DocumentTypeUnknown),
        ("programma.pdf", b"MZ" + b"\0" * 200, DocumentTypeUnknown),
        ("pagina.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", DocumentTypeUnknown),
        ("foto.gif", b"GIF89a" + b"\0" * 50, DocumentTypeUnknown),
        ("foto.pdf", image("PNG"), DocumentNameDiffers),
        ("fattura.png", pdf(), DocumentNameDiffers),
        ("fattura", pdf(), DocumentNameDiffers),
        ("fattura.pdf.exe", pdf(), DocumentNameDiffers),
        ("finto.pdf", b"%PDF-1.7\n<script>alert(1)</script>", DocumentUnreadable),
        ("tagliato.png", image("PNG", (200, 200))[:-60], DocumentUnreadable),
        ("tagliato.jpg", image("JPEG", (200, 200))[:300], DocumentUnreadable),
        ("chiuso.pdf", locked(), DocumentUnreadable),
        ("enorme.png", vast_png(), DocumentUnreadable),
        ("enorme.pdf", with_picture(6_000, 10_001), DocumentUnreadable),
        ("script.pdf", opening("/JavaScript"), DocumentUnreadable),
        ("lancia.pdf", opening("/Launch"), DocumentUnreadable),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_refused_and_says_how_to_mend_it(
    name: str, content: bytes, refusal: type[DocumentRefused]
) -> None:
    with pytest.raises(refusal) as raised:
        check(name, content)

    assert raised.value.text("it").startswith(safe_name(name))
    assert raised.value.text("it") != raised.value.text("en")


def test_a_page_that_unfolds_into_gigabytes_is_refused() -> None:
    bomb = unfolding()
    assert len(bomb) < LARGEST_BYTES

    with pytest.raises(DocumentUnreadable) as raised:
        check("bomba.pdf", bomb)

    assert raised.value.details["problem_en"] == "it has too many pages or dots"


def test_exactly_ten_megabytes_are_taken_from_a_file_and_not_a_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "grande.pdf"
    content = pdf()
    path.write_bytes(content + b"\n" * (LARGEST_BYTES - len(content)))
    assert documents.read(path, Purpose.EXPENSE).size_bytes == LARGEST_BYTES

    with path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(DocumentTooLarge) as raised:
        documents.read(path, Purpose.EXPENSE)
    assert "10.1 MB" in raised.value.text("it")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\fattura.pdf", "fattura.pdf"),
        ("a\u202egpj.pdf", "a_gpj.pdf"),
        ("a\nb\x1b[31m.pdf", "a_b__31m.pdf"),
        ("-rf .pdf", "rf .pdf"),
        (".pdf", "pdf"),
        ("città $(rm).pdf", "città _(rm).pdf"),
        ("", "_"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("証" * 83 + ".pdf", "証" * 48 + ".pdf"),
        ("証" * 10 + "." + "x" * 300, "証" * 10 + "." + "x" * 119),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_document_is_kept_by_its_hash_for_the_user_alone(tmp_path: Path) -> None:
    store, upload = Store(tmp_path / "kept"), check("fattura.pdf", pdf())

    store.keep(upload)
    store.keep(upload)

    path = store.path(upload.sha256)
    assert path.name == upload.sha256.hex()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert store.read(upload.sha256) == upload.content


def test_a_document_that_was_damaged_is_written_again_and_never_read(tmp_path: Path) -> None:
    store, upload = Store(tmp_path / "kept"), check("fattura.pdf", pdf())
    store.keep(upload)
    store.path(upload.sha256).write_bytes(b"something else")

    with pytest.raises(ValueError, match=upload.sha256.hex()):
        store.read(upload.sha256)
    store.keep(upload)
    assert store.read(upload.sha256) == upload.content


def test_copies_are_written_once_and_proven(desk: Desk, tmp_path: Path) -> None:
    found = desk.submit()
    kept = records.documents(desk.scene.session, desk.scene.book_id, found.reimbursement_id)

    assert copies.save(desk.store, kept, tmp_path / "out") == 1
    (copy,) = (tmp_path / "out").iterdir()
    assert copy.read_bytes() == desk.store.read(kept[0].sha256)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        copies.save(desk.store, kept, tmp_path / "out")
    desk.store.path(kept[0].sha256).unlink()
    with pytest.raises(DocumentMissing):
        copies.save(desk.store, kept, tmp_path / "other")


def test_what_is_refused_leaves_no_file(desk: Desk) -> None:
    with pytest.raises(Exception, match="holidays"):
        desk.submit(expense="holidays")

    assert not desk.store.folder.exists()
