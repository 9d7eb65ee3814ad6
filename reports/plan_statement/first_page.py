"""The first page of the statement: who and when, the four figures that matter, what moved the credit, the proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.lib.units import mm

from reports import blocks, foundation, front, logo, look
from reports.blocks import HEADING, HEIGHT, WIDTH, Block
from reports.plan_statement import lines
from reports.plan_statement.model import PlanStatement
from reports.plan_statement.words import Words


class Masthead(Block):
    """The title, the plan, who pays, for which days and for whom."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        self.statement, self.text = statement, text
        self.provisional = foundation.provisional(statement.standing, text)
        super().__init__(WIDTH, (41 + 5 * (self.provisional is not None)) * mm)

    def draw(self) -> None:
        """Draw it."""
        statement, text, plan = self.statement, self.text, self.statement.plan
        canvas = self.canv
        logo.draw(canvas, self.height)
        front.chips(canvas, self.height, text(f"reading.{statement.reading}"), self.provisional)
        blocks.line(canvas, 0, self.height - 11 * mm, text("title"), look.MUTED, 11, WIDTH * 0.6, look.REGULAR)
        title = look.printable(plan.name)
        blocks.line(canvas, 0, self.height - 20 * mm, title, look.INK, 22, WIDTH, look.SEMIBOLD)
        facts = [
            (text("funder"), plan.funder_name, 0.34),
            (text("period"), text.period(statement.starts_on, statement.ends_on), 0.27),
            (text("plan"), f"{plan.code} · {text.named('source_short', plan.source)}", 0.22),
            (text("prepared_at"), text.moment(statement.prepared_at), 0.17),
        ]
        x = 0.0
        for label, value, share in facts:
            room = share * WIDTH - 4 * mm
            blocks.line(canvas, x, self.height - 29.5 * mm, label, look.MUTED, 7.5, room, look.REGULAR)
            blocks.line(canvas, x, self.height - 34 * mm, look.printable(value), look.INK, 9, room, look.SEMIBOLD)
            x += share * WIDTH
        if detail := _act(statement, text):
            blocks.line(canvas, 0, self.height - 39.5 * mm, look.printable(detail), look.MUTED, 8, WIDTH, look.REGULAR)
        if self.provisional is not None:
            blocks.line(canvas, 0, 1.5 * mm, self.provisional.sentence, look.CLAY, 8, WIDTH, look.SEMIBOLD)


def _act(statement: PlanStatement, text: Words) -> str:
    plan = statement.plan
    parts = [f"{text('spend_by')} {text.day(plan.spend_by)}"]
    if statement.cluster is not None:
        parts.insert(0, text("only_cluster", cluster=statement.cluster or text("none")))
    if plan.document_ref and plan.signed_on:
        act = text("act_text", document=plan.document_ref, signed_on=text.day(plan.signed_on))
        parts.append(f"{text('act')}: {act}")
    if plan.deposit_code:
        parts.append(text("act_deposit", code=plan.deposit_code))
    if plan.vat_number:
        parts.append(f"{text('vat_number')} {plan.vat_number}")
    return " · ".join(parts)


class Cards(Block):
    """The four figures that matter most."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        super().__init__(WIDTH, 25 * mm)
        self.cards = _cards(statement, text)

    def draw(self) -> None:
        """Draw it."""
        canvas, between = self.canv, 4 * mm
        wide = (WIDTH - 3 * between) / 4
        for place, (color, label, amount, note) in enumerate(self.cards):
            x = place * (wide + between)
            canvas.setFillColor(look.SAND)
            canvas.roundRect(x, 0, wide, self.height, 2 * mm, stroke=0, fill=1)
            canvas.setFillColor(color)
            canvas.roundRect(x + 4 * mm, self.height - 5.2 * mm, 2.4 * mm, 2.4 * mm, 1.2 * mm, stroke=0, fill=1)
            room = wide - 8 * mm
            blocks.line(canvas, x + 8 * mm, self.height - 5.2 * mm, label, look.MUTED, 8.5, room - 4 * mm, look.REGULAR)
            size = look.fitting(amount, look.SEMIBOLD, 17, room)
            canvas.setFont(look.SEMIBOLD, size)
            canvas.setFillColor(look.INK)
            canvas.drawString(x + 4 * mm, 9.8 * mm, amount)
            size = look.fitting(note, look.REGULAR, 7.5, room)
            canvas.setFont(look.REGULAR, size)
            canvas.setFillColor(look.MUTED)
            canvas.drawString(x + 4 * mm, 4.6 * mm, note)


def _cards(statement: PlanStatement, text: Words) -> list[tuple[Any, str, str, str]]:
    total, budget = statement.total, statement.budget
    granted = text("card.granted_note", people=statement.people)
    if statement.people < 2:
        granted = text("card.granted_note_one" if statement.people else "card.granted_note_none")
    available = total.opening_minor + total.granted_net_minor
    used = text("card.used_note_none")
    if available > 0:
        used = text("card.used_note", share=text.share(total.used_minor, available))
    funded = text("card.funded", amount=text.amount(budget.funded_to_date_minor))
    held = text("card.residual_note", amount=text.amount(total.held_minor))
    if statement.known_before is not None:
        held = text("card.known_note", moment=text.moment(statement.known_before))
    return [
        (look.PLUM, text("card.committed"), text.euro(budget.committed_to_date_minor), funded),
        (look.PINE, text("card.granted"), text.euro(total.granted_net_minor), granted),
        (look.CLAY, text("card.used"), text.euro(total.used_minor), used),
        (look.OCHRE, text("card.residual"), text.euro(total.residual_minor), held),
    ]


class Movements(Block):
    """The sum from the opening residual to the closing one."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        self.lines = lines.movements(statement, text)
        super().__init__(WIDTH * 0.47, HEADING + len(self.lines) * 6 * mm)
        self.text = text

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        blocks.line(
            canvas,
            0,
            self.height - HEADING + 4 * mm,
            self.text("heading.summary"),
            look.INK,
            12,
            self.width,
            look.SEMIBOLD,
        )
        y = self.height - HEADING
        for place, line in enumerate(self.lines):
            last = place == len(self.lines) - 1
            font = look.SEMIBOLD if last or place == 0 else look.REGULAR
            canvas.setStrokeColor(look.INK if last else look.LINE)
            canvas.setLineWidth(0.8 if last else 0.4)
            if place:
                canvas.line(0, y, self.width, y)
            amount = self.text.amount(line.amount_minor)
            size = look.fitting(amount, font, 9, self.width * 0.42)
            color = look.INK if line.amount_minor or last or place == 0 else look.MUTED
            blocks.line(canvas, 4.5 * mm, y - 4.1 * mm, line.label, color, 8.5, self.width * 0.56, font)
            blocks.line(canvas, 0, y - 4.1 * mm, line.sign, look.MUTED, 9, 5 * mm, look.REGULAR)
            canvas.setFont(font, size)
            canvas.setFillColor(color)
            canvas.drawRightString(self.width, y - 4.1 * mm, amount)
            y -= 6 * mm


class ProofBox(Block):
    """Whether the statement reconciles, with what it stands on."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        self.holds = statement.proof.holds
        self.color = look.GREEN if self.holds else look.RED
        wide = WIDTH * 0.47
        self.inner = wide - 10 * mm
        self.verdict = blocks.paragraph(lines.verdict(statement, text), 10, look.SEMIBOLD, self.color)
        small = [blocks.paragraph(part, 7.8, look.REGULAR, look.INK) for part in _proof_texts(statement, text)]
        self.parts = [(part, part.wrap(self.inner, HEIGHT)[1]) for part in small]
        self.verdict_height = self.verdict.wrap(self.inner - 9 * mm, HEIGHT)[1]
        tall = 10 * mm + self.verdict_height + sum(height + 1.6 * mm for _, height in self.parts)
        super().__init__(wide, tall)

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, 0, self.width, self.height, 2 * mm, stroke=0, fill=1)
        top = self.height - 5 * mm
        blocks.mark(canvas, 8 * mm, top - 3 * mm, self.color, holds=self.holds)
        self.verdict.drawOn(canvas, 14 * mm, top - self.verdict_height)
        y = top - max(self.verdict_height, 7 * mm) - 1.5 * mm
        for part, height in self.parts:
            part.drawOn(canvas, 5 * mm, y - height)
            y -= height + 1.6 * mm


def _proof_texts(statement: PlanStatement, text: Words) -> Iterator[str]:
    proof, rules = statement.proof, statement.rules
    yield lines.equation(statement, text)
    yield f"({text('proof.equation_words')})"
    yield text(
        "proof.sentence",
        journal=text.euro(proof.residual_minor),
        ledger=text.euro(proof.ledger_minor),
        difference=text.euro(proof.difference_minor),
    )
    if proof.last_entry_id is None or proof.last_recorded_at is None:
        yield text("proof.entries_none")
    else:
        moment = text.moment(proof.last_recorded_at)
        counted = text("proof.entries_text", entries=proof.entries, last=proof.last_entry_id, recorded_at=moment)
        yield counted + (f" {text('proof.waiting_text', waiting=proof.waiting)}" if proof.waiting else "")
    yield f"{text('proof.seal')}: {lines.seal(statement, text)}"
    if rules.applied is not None:
        counts = {"unsigned": rules.applied_unsigned, "uncertain": rules.applied_uncertain}
        yield text("proof.rules_text", applied=rules.applied, **counts)
