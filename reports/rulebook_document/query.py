"""Gathers the rulebook, its worked cases and its signatures."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy.orm import Session

from config import clock
from plans.bonus import worked as bonus_cases
from plans.bonus.errors import BonusRuleMissing
from plans.rulebook import cases, decision, doubts, loading, signing
from reports.rulebook_document.model import RulebookDocument, RuleSheet


def gather(session: Session) -> RulebookDocument:
    """
    Return the rulebook as it stands, each rule with its signature, and what changed since it was signed.

    A worked case belongs to every rule that its decision uses; the cases that name a rule as the one they are about
    come first.
    """
    rulebook = loading.load()
    worked = cases.load()
    about: defaultdict[str, list[int]] = defaultdict(list)
    using: defaultdict[str, list[int]] = defaultdict(list)
    decisions = tuple(decision.decide(case.facts, rulebook, case.on, case.known_at) for case in worked)
    for number, (case, found) in enumerate(zip(worked, decisions, strict=True), 1):
        for rule_id in found.rule_ids:
            (about if rule_id in case.rules else using)[rule_id].append(number)
    bonuses = tuple(case for case in bonus_cases.load() if case.refusal != BonusRuleMissing.code)
    bonus_rules = tuple(bonus.rule_ids(rulebook) for bonus in bonuses)
    for number, rule_ids in enumerate(bonus_rules, len(worked) + 1):
        for rule_id in rule_ids:
            about[rule_id].append(number)
    standing = signing.standing(session, rulebook)
    differences = signing.differences(session, rulebook)
    different = {one.rule_id: one for one in differences}
    written = doubts.load()
    return RulebookDocument(
        version=rulebook.version,
        prepared_at=clock.now(),
        rules=tuple(
            RuleSheet(
                rule=rule,
                superseded_by=tuple(other.id for other in rulebook.rows if rule.id in other.supersedes),
                doubt=written.get(rule.id, {}),
                cases=(*about[rule.id], *using[rule.id]),
                signature=standing.signatures.get(rule.id),
                difference=different.get(rule.id),
            )
            for rule in rulebook.rows
        ),
        cases=worked,
        decisions=decisions,
        bonus_cases=bonuses,
        bonus_rules=bonus_rules,
        differences=differences,
        last_signed_on=signing.last_signed_on(session),
    )
