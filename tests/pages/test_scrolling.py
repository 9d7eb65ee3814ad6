"""What scrolls sideways on a narrow screen is reached with the keyboard, whether or not it scrolls in a test."""

from __future__ import annotations

import re
from pathlib import Path

from api.web import site

_SCROLLS = re.compile(r'<\w+ [^>]*class="(?:[^"]* )?(?:table-responsive|scrolls)(?: [^"]*)?"[^\n]*')


def test_whatever_scrolls_can_have_the_focus_and_has_a_name() -> None:
    templates = (Path(site.__file__).parent / "templates").rglob("*.html")
    found = [(path.name, line) for path in templates for line in _SCROLLS.findall(path.read_text())]

    assert len(found) > 20
    assert [each for each in found if 'tabindex="0"' not in each[1] or "aria-label" not in each[1]] == []
