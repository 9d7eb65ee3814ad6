"""The place for a logo: left above the title of the first page, where a stroke of colour stands without one."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from config import settings
from reports import look

WIDTH: Final = 120
HEIGHT: Final = 36
# How far the place reaches into the margin above the page's content.
ABOVE: Final = 10 * mm


def draw(canvas: Canvas, top: float) -> None:
    """Draw the picture as large as its place allows, its proportions kept; `top` is that of the page's content."""
    path = settings.load().logo
    if path is None:
        canvas.setFillColor(look.CLAY)
        canvas.roundRect(0, top - 1.6 * mm, 22 * mm, 1.6 * mm, 0.8 * mm, stroke=0, fill=1)
        return
    # By its content, not by its name: the same picture gives the same bytes wherever it lies.
    picture = ImageReader(BytesIO(path.read_bytes()))
    wide, tall = picture.getSize()
    scale = min(WIDTH / wide, HEIGHT / tall)
    y = top + ABOVE - HEIGHT
    canvas.drawImage(picture, 0, y + (HEIGHT - tall * scale) / 2, wide * scale, tall * scale, mask="auto")
