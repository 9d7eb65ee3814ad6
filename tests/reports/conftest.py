"""What the reports' tests stand on."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.reports.story import Story, first_half, open_story, second_half


@pytest.fixture
def half_told(session: Session) -> Story:
    """The story up to May."""
    story = open_story(session)
    first_half(session, story)
    return story


@pytest.fixture
def told(session: Session, half_told: Story) -> Story:
    """The whole story."""
    second_half(session, half_told)
    return half_told
