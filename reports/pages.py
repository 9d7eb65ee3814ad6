"""Documents: A4 pages with a running head, a foot that says what they stand on, and page x of y."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from reports import look
from reports.blocks import BOTTOM, HEIGHT, MARGIN, TOP, WIDTH
from reports.words import Words


def write(
    path: Path,
    flow: Iterable[Flowable],
    text: Words,
    *,
    title: str,
    author: str,
    subject: str,
    running: str,
    footer: str,
) -> None:
    """
    Write a document in the words' language; the same flow gives the same bytes.

    The running head stands on every page but the first, the foot and "page x of y" on all.
    """
    look.register()
    document = BaseDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=title,
        author=author,
        subject=subject,
        creator="borsellino",
        lang="it-IT" if text.language == "it" else "en-IE",
        displayDocTitle=True,
        invariant=1,
        pageTemplates=[PageTemplate("page", [Frame(MARGIN, BOTTOM, WIDTH, HEIGHT, 0, 0, 0, 0)], onPage=_ignore)],
    )
    document.build(list(flow), canvasmaker=_canvas(running, footer, text))


def _ignore(_canvas: Canvas, _document: BaseDocTemplate) -> None:
    """Nothing is drawn before a page's own content."""


def _canvas(running: str, footer: str, text: Words) -> type[look.PagedCanvas]:
    class ReportCanvas(look.PagedCanvas):
        def finish(self, page: int, pages: int) -> None:
            """Draw the running head from the second page on, and the foot of every page."""
            if page > 1:
                self.setFont(look.REGULAR, 8)
                self.setFillColor(look.MUTED)
                self.drawString(MARGIN, A4[1] - 13 * mm, look.cut(look.printable(running), look.REGULAR, 8, WIDTH))
            self.setStrokeColor(look.LINE)
            self.setLineWidth(0.5)
            self.line(MARGIN, 13.5 * mm, A4[0] - MARGIN, 13.5 * mm)
            self.setFont(look.REGULAR, 7.5)
            self.setFillColor(look.MUTED)
            numbered = text("page", page=page, pages=pages)
            room = WIDTH - look.width(numbered, look.REGULAR, 7.5) - 5 * mm
            self.drawString(MARGIN, 9.5 * mm, look.cut(look.printable(footer), look.REGULAR, 7.5, room))
            self.drawRightString(A4[0] - MARGIN, 9.5 * mm, numbered)

    return ReportCanvas
