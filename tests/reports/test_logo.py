"""The place for a logo on the first page: where it is, and what it does to a picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from environs import EnvValidationError
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from config import settings
from reports import blocks, logo, pages, words
from reports.front import Head, Masthead

CREATED = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def picture(path: Path, size: tuple[int, int], form: str = "PNG") -> Path:
    Image.new("RGB", size, (194, 97, 61)).save(path, form)
    return path


def written(path: Path) -> bytes:
    head = Head(kind="Rendiconto", title="Caseificio", facts=(("Anno", "2026"),), chip="Per il Comune")
    pages.write(
        path,
        [Masthead(head)],
        words.read("reports.social_statement", "it"),
        title="Prova",
        author="Consorzio",
        subject="",
        created=CREATED,
        running="",
        footer="",
    )
    return path.read_bytes()


def drawn(path: Path) -> list[tuple[float, float, float, float]]:
    """Left, bottom, width and height of each picture on the first page, in points."""
    found = []
    with pikepdf.open(path) as document:
        matrices = [pikepdf.Matrix()]
        for operands, operator in pikepdf.parse_content_stream(document.pages[0]):
            match str(operator):
                case "q":
                    matrices.append(matrices[-1])
                case "Q":
                    matrices.pop()
                case "cm":
                    matrices[-1] = pikepdf.Matrix(*map(float, operands)) @ matrices[-1]
                case "Do":
                    a, _, _, d, e, f = matrices[-1].shorthand
                    found.append((e, f, a, d))
    return found


@pytest.mark.parametrize(
    ("size", "form", "expected"),
    [((400, 120), "PNG", (120, 36)), ((100, 100), "PNG", (36, 36)), ((800, 100), "JPEG", (120, 15))],
)
def test_the_picture_stands_in_its_place_with_its_proportions(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    form: str,
    expected: tuple[float, float],
) -> None:
    monkeypatch.setenv("BORSELLINO_LOGO", str(picture(tmp_path / "logo", size, form)))
    written(tmp_path / "a.pdf")

    ((left, bottom, wide, tall),) = drawn(tmp_path / "a.pdf")

    assert (wide, tall) == pytest.approx(expected)
    assert left == pytest.approx(blocks.MARGIN, abs=0.1)
    top = A4[1] - blocks.TOP + logo.ABOVE
    assert bottom + tall / 2 == pytest.approx(top - logo.HEIGHT / 2, abs=0.1)
    # Nothing of the page's own comes so high on the left: the small line of its title is 11 mm below the margin.
    assert top - logo.HEIGHT > A4[1] - blocks.TOP - 11 * mm + 11


def test_without_a_picture_the_place_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BORSELLINO_LOGO", raising=False)
    written(tmp_path / "a.pdf")

    assert drawn(tmp_path / "a.pdf") == []


def test_the_same_picture_gives_the_same_bytes_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = []
    for name in ("one.png", "other.png"):
        settings.load.cache_clear()
        monkeypatch.setenv("BORSELLINO_LOGO", str(picture(tmp_path / name, (300, 90))))
        contents.append(written(tmp_path / "a.pdf"))

    assert contents[0] == contents[1]


def _gif() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (100, 30)).save(content, "GIF")
    return content.getvalue()


def _sized(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "that can be read"),
        (b"<svg/>", "that can be read"),
        (_gif(), "that can be read"),
        (_sized(100, 30)[:-40], "that can be read"),
        (_sized(15, 16), "16 to 4000 pixels"),
        (_sized(4001, 16), "16 to 4000 pixels"),
        (b"\x89PNG" + b"0" * 1_000_000, "at most 1 MB"),
    ],
    ids=["missing", "svg", "gif", "cut", "small", "wide", "heavy"],
)
def test_another_file_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    path = tmp_path / "logo.png"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("BORSELLINO_LOGO", str(path))

    with pytest.raises(EnvValidationError, match=said):
        settings.load()


@pytest.mark.parametrize("size", [(16, 16), (4000, 16)])
def test_the_ends_of_the_sizes_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("BORSELLINO_LOGO", str(picture(tmp_path / "logo.png", size)))

    assert settings.load().logo == tmp_path / "logo.png"
