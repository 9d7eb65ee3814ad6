"""Every text of the pages has its English, and the English has no text that pages lost."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.web import words

PAGES = words.FOLDER.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}


def texts() -> set[str]:
    """What stands in templates and code, the singular of what is counted."""
    found = extract_from_dir(str(PAGES), METHODS, OPTIONS, KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def english() -> dict[str, tuple[Path, object]]:
    """What stands in the files of translations."""
    told = {}
    for path in sorted((words.FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    known = message.id if isinstance(message.id, str) else message.id[0]
                    assert known not in told, f"{known!r} stands in two files"
                    told[known] = (path, message.string)
    return told


def test_every_text_has_its_english() -> None:
    told = english()

    assert sorted(text for text in texts() if not told.get(text, (None, ""))[1]) == []


def test_the_english_has_no_text_that_pages_lost() -> None:
    assert sorted(set(english()) - texts()) == []


def test_what_is_filled_in_is_the_same_in_both() -> None:
    holes = re.compile(r"%\((\w+)\)")
    for italian, (path, told) in english().items():
        for each in [told] if isinstance(told, str) else told:
            assert set(holes.findall(each)) <= set(holes.findall(italian)) | {"num"}, (path.name, italian)
