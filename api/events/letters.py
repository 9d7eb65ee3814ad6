"""
Letters: what is written to people, from templates in both languages, as text and as HTML.

A template (templates/NAME.LANGUAGE.txt) is the subject, an empty line, and paragraphs; a line that begins with "- " is
an item of a list, and an address that stands alone is a link. The HTML is made of the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from babel.dates import format_date

from api.events.kinds import TEMPLATES, Kind
from config import clock, money
from config.errors import local
from config.settings import Settings

FOLDER = Path(__file__).parent / "templates"
# Besides the line's ends that Unicode knows, whatever a terminal or a header would take for a command.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def message(
    mail_id: str, template: str, language: str, facts: Mapping[str, Any], address: str, found: Settings
) -> EmailMessage:
    """
    Write a letter; a mail server that is given it twice knows it by its id.

    Errors: jinja2.TemplateError where a fact is missing.
    """
    subject, body = written(template, language, facts, found.public_url)
    name, sender = parseaddr(found.mail_from)
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject
    letter["From"] = formataddr((name or "Borsellino", sender))
    letter["To"] = address
    letter["Date"] = clock.now()
    letter["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    kind = TEMPLATES[template]
    if kind is not Kind.SECURITY:
        letter["List-Unsubscribe"] = f"<mailto:{sender}?subject={quote(f'unsubscribe {kind}')}>"
    letter.set_content(body, cte="quoted-printable")
    page = _environment().get_template("_page.html").render(language=language, subject=subject, blocks=_blocks(body))
    letter.add_alternative(page, subtype="html", cte="quoted-printable")
    return letter


def written(template: str, language: str, facts: Mapping[str, Any], public_url: str | None = None) -> tuple[str, str]:
    """
    Return a letter's subject and its text.

    Errors: jinja2.TemplateError where a fact is missing.
    """
    told = {name: _on_one_line(value) for name, value in facts.items()}
    text = _render(f"{template}.{language}.txt", language, told)
    subject, _, body = text.strip().partition("\n")
    kind = TEMPLATES[template]
    if kind is not Kind.SECURITY:
        body += "\n\n" + _render(
            f"_footer.{language}.txt", language, {"kind": kind.label(language), "public_url": public_url}
        )
    # What a template leaves out leaves no gap.
    return _CONTROL.sub(" ", subject).strip(), re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _render(name: str, language: str, told: Mapping[str, Any]) -> str:
    return _environment().get_template(name).render(told, language=language)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=jinja2.select_autoescape(("html",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = jinja2.pass_context(
        lambda context, minor: money.local_minor(int(minor), context["language"])
    )
    environment.filters["day"] = jinja2.pass_context(
        lambda context, text: local(date.fromisoformat(text), context["language"])
    )
    environment.filters["month"] = jinja2.pass_context(
        lambda context, text: format_date(date.fromisoformat(text), "MMMM yyyy", locale=context["language"])
    )
    environment.filters["moment"] = jinja2.pass_context(
        lambda context, text: local(datetime.fromisoformat(text), context["language"])
    )
    return environment


def _on_one_line(value: Any) -> Any:
    """Return a fact that cannot begin a line of its own: nobody's name becomes a paragraph, a header or a link."""
    if isinstance(value, str):
        return " ".join(_CONTROL.sub(" ", value).split())
    if isinstance(value, Mapping):
        return {name: _on_one_line(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_on_one_line(inner) for inner in value]
    return value


def _blocks(body: str) -> Iterator[tuple[str, list[str]]]:
    for paragraph in re.split(r"\n\n", body.strip()):
        lines = paragraph.split("\n")
        if all(line.startswith("- ") for line in lines):
            yield "list", [line.removeprefix("- ") for line in lines]
        elif len(lines) == 1 and re.fullmatch(r"https?://\S+", lines[0]):
            yield "link", lines
        else:
            yield "paragraph", [" ".join(lines)]
