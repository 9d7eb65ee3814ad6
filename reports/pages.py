"""Documents: A4 pages with a running head, a foot that says what they stand on, and page x of y."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from config import clock
from reports import look
from reports.blocks import BOTTOM, HEIGHT, MARGIN, TOP, WIDTH
from reports.words import Words

PROGRAM: Final = "borsellino"
# What document stores read: the same facts as the document's own, in the form of the Extensible Metadata Platform.
_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreatorTool>{program}</xmp:CreatorTool>
<xmp:CreateDate>{created}</xmp:CreateDate>
<xmp:ModifyDate>{created}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def write(
    path: Path,
    flow: Iterable[Flowable],
    text: Words,
    *,
    title: str,
    author: str,
    subject: str,
    created: datetime,
    running: str,
    footer: str,
) -> None:
    """
    Write a document in the words' language; the same flow and moment of creation give the same bytes.

    `author` is who issues the document. The running head stands on every page but the first, the foot and "page x of y"
    on all.
    """
    look.register()
    language = "it-IT" if text.language == "it" else "en-IE"
    told = {"title": title, "author": author, "subject": subject, "language": language}
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
        creator=PROGRAM,
        lang=language,
        displayDocTitle=True,
        invariant=1,
        pageTemplates=[PageTemplate("page", [Frame(MARGIN, BOTTOM, WIDTH, HEIGHT, 0, 0, 0, 0)], onPage=_ignore)],
    )
    document.build(list(flow), canvasmaker=_canvas(running, footer, text, created, told))


def _ignore(_canvas: Canvas, _document: BaseDocTemplate) -> None:
    """Nothing is drawn before a page's own content."""


class _Created:
    """The moment of creation, in the time of Rome, as the engine writes it; left to itself it writes its own."""

    def __init__(self, created: datetime) -> None:
        self.moment = created.astimezone(clock.ROME).replace(microsecond=0)
        offset = self.moment.utcoffset()
        minutes = int(offset.total_seconds()) // 60 if offset else 0
        self.YMDhms = self.moment.timetuple()[:6]
        self.dhh, self.dmm = divmod(minutes, 60)


def _packet(created: _Created, told: dict[str, str]) -> PDFStream:
    facts = {name: escape(look.printable(value)) for name, value in told.items()}
    content = _PACKET.format(**facts, program=PROGRAM, created=created.moment.isoformat())
    kind = PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")})
    return PDFStream(kind, content.encode(), [])


def _canvas(running: str, footer: str, text: Words, created: datetime, told: dict[str, str]) -> type[look.PagedCanvas]:
    class ReportCanvas(look.PagedCanvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            document: Any = self._doc  # type: ignore[attr-defined]  # the stubs leave it out
            document._timeStamp = _Created(created)
            document.Catalog.Metadata = _packet(document._timeStamp, told)

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
