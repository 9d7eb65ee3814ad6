"""Copies of documents for whoever reviews: written into a folder of theirs, never opened by the program."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wallet.reimbursements.documents import Store
from wallet.reimbursements.errors import DocumentMissing
from wallet.reimbursements.records import Document


def save(store: Store, documents: Sequence[Document], folder: Path) -> int:
    """
    Write a copy of each document, proven to be what was handed in, and return how many; nothing is overwritten.

    Errors: DocumentMissing; OSError where the folder cannot be written, or a copy is there already.
    """
    contents = [read(store, document) for document in documents]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, (document, content) in enumerate(zip(documents, contents, strict=True), 1):
        path = folder / f"{number:02d}-{document.name}"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    return len(contents)


def read(store: Store, document: Document) -> bytes:
    """
    Return a document's content, proven to be what was handed in.

    Errors: DocumentMissing.
    """
    try:
        return store.read(document.sha256)
    except (OSError, ValueError) as error:
        raise DocumentMissing(file=document.name, sha256=document.sha256.hex()) from error
