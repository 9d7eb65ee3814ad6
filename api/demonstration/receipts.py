"""The documents that people of the demonstration hand in: one page each, plainly marked as made up."""

from __future__ import annotations

from collections.abc import Sequence

_TITLE_SIZE, _SIZE, _LEADING = 16, 11, 18


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one A4 page with a title and lines of text; the same text gives the same bytes."""
    shown = [f"BT /F1 {_TITLE_SIZE} Tf 60 760 Td ({_escaped(title)}) Tj ET"]
    for place, line in enumerate([*lines, "", "Documento inventato per la dimostrazione di borsellino."]):
        shown.append(f"BT /F1 {_SIZE} Tf 60 {720 - place * _LEADING} Td ({_escaped(line)}) Tj ET")
    content = "\n".join(shown).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def _assembled(objects: Sequence[bytes]) -> bytes:
    found, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(found)
    found += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    found += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return found + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
