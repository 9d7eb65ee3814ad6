"""The key that signs checkpoints: made on first use, readable by its owner only, and never in the database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config import settings

_FILE = "checkpoint-key.pem"


def key(folder: Path | None = None) -> Ed25519PrivateKey:
    """
    Return the signing key kept in a folder (by default the data folder), making it on first use.

    Errors: ValueError when the file is not an Ed25519 key.
    """
    path = (folder or settings.load().data_dir) / _FILE
    if not path.exists():
        _make(path)
    found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return found


def public_text(public_key: Ed25519PublicKey) -> str:
    """Return a public key as the text to hand to whoever will verify."""
    return public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def public_key(text: str) -> Ed25519PublicKey:
    """Return the public key of a text that `public_text` wrote."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # mkstemp creates with 0600. Linking fails where another process was first: its key is the one that counts.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
