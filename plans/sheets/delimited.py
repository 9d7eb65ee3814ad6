"""
CSV: which encoding, which delimiter, which line each record starts on.

The encoding is decided on the whole file, strictly: a byte order mark, else UTF-8 if every byte agrees, else
Windows-1252. A statistical guess reads Italian accents as those of other languages.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plans.errors_files import FileNotText, QuotesBroken

DELIMITERS = (";", ",", "\t", "|")
CHUNK_BYTES = 1 << 20
FIELD_CHARACTERS = 100_000
# The five bytes that Windows-1252 leaves without a meaning.
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b"))

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Text:
    """A text file that is known to decode from its first to its last byte."""

    path: Path
    encoding: str
    file_hash: str


def inspect(path: Path) -> Text:
    """
    Read a file once to find its encoding and the SHA-256 of its bytes.

    Errors: FileNotText.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        head = stream.read(4)
        candidates = _candidates(head, path)
        decoders = [(name, codecs.getincrementaldecoder(name)("strict")) for name in candidates]
        chunk = head + stream.read(CHUNK_BYTES)
        while chunk:
            digest.update(chunk)
            decoders = [(name, decoder) for name, decoder in decoders if _accepts(decoder, chunk, name)]
            chunk = stream.read(CHUNK_BYTES)
    decoders = [(name, decoder) for name, decoder in decoders if _accepts(decoder, b"", name, final=True)]
    if not decoders:
        raise FileNotText(file=path.name)
    return Text(path, decoders[0][0], digest.hexdigest())


def records(text: Text, delimiter: str) -> Iterator[Record]:
    """
    Yield each record and the number of the line of the file on which it starts.

    Errors: QuotesBroken.
    """
    with text.path.open(encoding=text.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        csv.field_size_limit(FIELD_CHARACTERS)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            raise QuotesBroken(file=text.path.name, row=line) from None


def _candidates(head: bytes, path: Path) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileNotText(file=path.name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if head.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    return ("utf-8", "cp1252")


def _accepts(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str, *, final: bool = False) -> bool:
    # Text has no control characters; a file of another kind nearly always has, NUL first of all.
    if name != "utf-16" and len(chunk.translate(None, _CONTROL)) != len(chunk):
        return False
    if name == "cp1252":
        return len(chunk.translate(None, _UNDEFINED)) == len(chunk)
    try:
        decoded = decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return "\x00" not in decoded
