"""
Opens one document in a process of its own, with little memory and little time, and says whether it is whole.

A file of some kilobytes can unfold into gigabytes: what opens it must be able to die alone.
Run as `python -m wallet.reimbursements.probe TYPE` with the content on standard input; the answer is a word.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
PAGES = 300
PIXELS = 60_000_000
# What a reader would do by itself when the reviewer opens the file.
ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/Rendition")


def look(media_type: str, content: bytes) -> str:
    """Return `ok`, or a word for what is wrong: damaged, locked, too_big, active."""
    return _pdf(content) if media_type == "application/pdf" else _image(media_type, content)


def _pdf(content: bytes) -> str:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > PAGES:
                return "too_big"
            # Each page's content is unfolded, so that a file that is cut short or a bomb is found now.
            for page in pdf.pages:
                page.contents_coalesce()
                if "/Contents" in page:
                    page.Contents.read_bytes()
            for found in pdf.objects:
                for part in _dictionaries(found):
                    if "/JS" in part or part.get("/S") in ACTIONS:
                        return "active"
                    # A picture is never unfolded here: the reviewer's reader would.
                    if part.get("/Subtype") == "/Image" and int(part.Width) * int(part.Height) > PIXELS:
                        return "too_big"
            return "ok" if len(pdf.pages) else "damaged"
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError) as error:
        # The library tells that memory was not enough in the words of its own language.
        return "too_big" if "bad_alloc" in str(error) else "damaged"
    except MemoryError:
        return "too_big"


def _dictionaries(found: Any) -> Iterator[Any]:
    """Yield the dictionaries of an object, those that are written inside it too."""
    import pikepdf

    if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        yield found
        inside = [found[key] for key in found.keys()]  # noqa: SIM118
    else:
        inside = list(found) if isinstance(found, pikepdf.Array) else []
    for part in inside:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _dictionaries(part)


def _image(media_type: str, content: bytes) -> str:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = PIXELS
    formats = {"image/jpeg": ["JPEG"], "image/png": ["PNG"]}[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=formats) as image:
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return "too_big"
    except (OSError, SyntaxError, ValueError):
        return "damaged"
    return "ok"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    sys.stdout.write(look(sys.argv[1], sys.stdin.buffer.read()))
