"""Who may serve on which day, and on what evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import evidence, providers, qualification
from network.checklist import Family
from network.errors import (
    EvidenceAlreadyDecided,
    EvidenceAlreadyFiled,
    EvidenceMissing,
    EvidenceNotFound,
    NotExemptKind,
    PeriodBackwards,
    ProviderNotFound,
    RequirementUnknown,
)
from network.models import ProviderRow
from network.states import State
from tests.network import factories

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2023, 12, 31), State.PENDING),
        (date(2024, 1, 1), State.QUALIFIED),
        (date(2026, 10, 14), State.QUALIFIED),
        (date(2026, 10, 15), State.SUSPENDED),
        (date(2030, 1, 1), State.SUSPENDED),
    ],
)
def test_p15_was_qualified_until_its_durc_expired(network: Session, day: date, state: State) -> None:
    assert qualification.state_on(network, "P15", day) is state


def test_a_qualification_holds_on_its_last_day_and_not_on_the_next(network: Session) -> None:
    assert qualification.state_on(network, "P03", date(2026, 12, 1)) is State.QUALIFIED
    assert qualification.state_on(network, "P03", date(2026, 12, 2)) is State.EXPIRED


def test_public_bodies_and_public_transport_are_exempt_and_may_serve(network: Session) -> None:
    for code in ("P05", "P21"):
        state = qualification.state_on(network, code, date(2026, 11, 22))
        assert state is State.EXEMPT
        assert state.may_serve


def test_only_the_qualified_and_the_exempt_may_serve() -> None:
    assert {state for state in State if state.may_serve} == {State.QUALIFIED, State.EXEMPT}


def test_a_provider_without_history_is_pending(session: Session) -> None:
    code = factories.provider(session, state=None)

    assert qualification.state_on(session, code, date(2026, 11, 22)) is State.PENDING


def test_suspending_ends_the_qualification_the_day_before(network: Session) -> None:
    qualification.suspend(network, "P01", date(2026, 11, 22), "DURC irregolare", recorded_at=NOON)

    assert qualification.state_on(network, "P01", date(2026, 11, 21)) is State.QUALIFIED
    assert qualification.state_on(network, "P01", date(2026, 11, 22)) is State.SUSPENDED
    assert qualification.state_on(network, "P01", date(2027, 6, 2)) is State.SUSPENDED
    first, second = qualification.history(network, "P01")
    assert (first.valid_from, first.valid_to) == (date(2024, 1, 1), date(2026, 11, 21))
    assert (second.reason, second.recorded_at) == ("DURC irregolare", NOON)


def test_a_suspension_on_the_day_a_qualification_began_keeps_both_in_the_history(session: Session) -> None:
    code = factories.provider(session, valid_from=date(2026, 11, 22))

    qualification.suspend(session, code, date(2026, 11, 22), "Verifica ispettiva")

    assert qualification.state_on(session, code, date(2026, 11, 21)) is State.PENDING
    assert qualification.state_on(session, code, date(2026, 11, 22)) is State.SUSPENDED
    states = {period.state: period for period in qualification.history(session, code)}
    assert states[State.QUALIFIED].valid_to == date(2026, 11, 21)


def test_a_suspension_withdraws_what_was_planned_from_that_day(network: Session) -> None:
    qualification.qualify(network, "P01", valid_from=date(2026, 12, 1), valid_to=date(2028, 12, 1))

    qualification.suspend(network, "P01", date(2026, 11, 22), "DURC irregolare")

    assert qualification.state_on(network, "P01", date(2026, 12, 15)) is State.SUSPENDED
    assert len(qualification.history(network, "P01")) == 3


def test_a_renewal_goes_on_from_the_old_qualification_without_a_gap(network: Session) -> None:
    qualification.qualify(network, "P03", valid_from=date(2026, 11, 30), valid_to=date(2028, 12, 1))

    days = [date(2026, 11, 28) + DAY * number for number in range(10)]
    assert {qualification.state_on(network, "P03", day) for day in days} == {State.QUALIFIED}


def test_a_suspended_provider_is_qualified_again_once_its_evidence_is_verified(network: Session) -> None:
    with pytest.raises(EvidenceMissing) as refusal:
        qualification.qualify(network, "P15", valid_from=date(2026, 11, 22), valid_to=date(2027, 11, 21))
    assert refusal.value.details["families"] == (Family.ECONOMIC,)

    record = file_durc(network, "P15")
    with pytest.raises(EvidenceMissing):
        qualification.qualify(network, "P15", valid_from=date(2026, 11, 22), valid_to=date(2027, 11, 21))
    evidence.verify(network, record, verified_by="wm.demo", verified_at=NOON)
    qualification.qualify(network, "P15", valid_from=date(2026, 11, 22), valid_to=date(2027, 11, 21))

    assert qualification.state_on(network, "P15", date(2026, 11, 21)) is State.SUSPENDED
    assert qualification.state_on(network, "P15", date(2026, 11, 22)) is State.QUALIFIED


def test_a_qualification_that_ends_before_it_begins_is_refused(network: Session) -> None:
    with pytest.raises(PeriodBackwards):
        qualification.qualify(network, "P01", valid_from=date(2026, 11, 22), valid_to=date(2026, 11, 21))


def test_a_cooperative_cannot_be_exempted(network: Session) -> None:
    with pytest.raises(NotExemptKind):
        qualification.exempt(network, "P01", date(2026, 11, 22), "Amicizia")


def test_a_public_body_that_was_suspended_is_exempted_again(network: Session) -> None:
    qualification.suspend(network, "P05", date(2026, 11, 22), "Sportello chiuso")
    qualification.exempt(network, "P05", date(2026, 12, 1), "Sportello riaperto")

    assert qualification.state_on(network, "P05", date(2026, 11, 30)) is State.SUSPENDED
    assert qualification.state_on(network, "P05", date(2026, 12, 1)) is State.EXEMPT


def test_an_unknown_provider_is_refused_everywhere(network: Session) -> None:
    day = date(2026, 11, 22)
    with pytest.raises(ProviderNotFound):
        qualification.state_on(network, "P99", day)
    with pytest.raises(ProviderNotFound):
        qualification.suspend(network, "P99", day, "Nessuno")
    with pytest.raises(ProviderNotFound):
        qualification.qualify(network, "P99", valid_from=day, valid_to=day)
    with pytest.raises(ProviderNotFound):
        qualification.history(network, "P99")
    with pytest.raises(ProviderNotFound):
        evidence.listed(network, "P99", day)
    with pytest.raises(ProviderNotFound):
        providers.get(network, "P99", day)


def test_a_document_expires_by_itself_on_the_day_after_its_last(network: Session) -> None:
    def durc(day: date) -> State:
        return next(found.state for found in evidence.listed(network, "P15", day) if found.evidence == "DURC")

    assert durc(date(2026, 10, 14)) is State.QUALIFIED
    assert durc(date(2026, 10, 15)) is State.EXPIRED


def test_evidence_comes_in_the_order_of_the_families(network: Session) -> None:
    families = [found.family for found in evidence.listed(network, "P01", date(2026, 11, 22))]

    assert families == list(Family)


def test_the_same_document_is_not_filed_twice(network: Session) -> None:
    file_durc(network, "P15")

    with pytest.raises(EvidenceAlreadyFiled):
        file_durc(network, "P15")


def test_a_document_must_answer_a_requirement_of_the_checklist(network: Session) -> None:
    with pytest.raises(RequirementUnknown):
        file_durc(network, "P15", requirement="good_looks")


def test_a_document_is_decided_once(network: Session) -> None:
    record = file_durc(network, "P15")
    evidence.verify(network, record, verified_by="wm.demo")

    with pytest.raises(EvidenceAlreadyDecided):
        evidence.verify(network, record, verified_by="wm.altra")
    with pytest.raises(EvidenceNotFound):
        evidence.verify(network, "qua_nothing", verified_by="wm.demo")


def test_what_expires_within_thirty_days_includes_both_ends(network: Session) -> None:
    def qualifications(on: date) -> list[str]:
        found = qualification.expiring(network, on, within_days=30)
        return [item.provider_code for item in found if item.family is None]

    assert "P03" not in qualifications(date(2026, 10, 31))
    assert "P03" in qualifications(date(2026, 11, 1))
    assert "P03" in qualifications(date(2026, 12, 1))
    assert "P03" not in qualifications(date(2026, 12, 2))


def test_what_expires_comes_soonest_first_with_the_document_s_name(network: Session) -> None:
    found = qualification.expiring(network, date(2026, 11, 22), within_days=60)

    assert [item.expires_on for item in found] == sorted(item.expires_on for item in found)
    assert ("P01", Family.ECONOMIC, "DURC") in [(item.provider_code, item.family, item.evidence) for item in found]


def test_what_has_been_renewed_is_no_longer_announced(network: Session) -> None:
    record = file_durc(network, "P01")
    evidence.verify(network, record, verified_by="wm.demo")
    qualification.qualify(network, "P03", valid_from=date(2026, 12, 1), valid_to=date(2028, 12, 1))

    found = qualification.expiring(network, date(2026, 11, 22), within_days=60)

    assert ("P01", "DURC") not in [(item.provider_code, item.evidence) for item in found]
    assert ("P03", None) not in [(item.provider_code, item.evidence) for item in found]


def test_a_suspended_qualification_is_not_announced(network: Session) -> None:
    qualification.suspend(network, "P03", date(2026, 11, 20), "DURC irregolare")

    found = qualification.expiring(network, date(2026, 11, 22), within_days=30)

    assert ("P03", None) not in [(item.provider_code, item.family) for item in found]


@pytest.mark.parametrize("on", [date(2023, 6, 1), date(2026, 10, 14), date(2026, 11, 22), date(2027, 6, 15)])
def test_a_search_of_many_and_a_question_about_one_get_the_same_answer(network: Session, on: date) -> None:
    current, holds, state = qualification.state_in_force(ProviderRow.code, on)
    found = network.execute(
        sa.select(ProviderRow.code, state).select_from(sa.outerjoin(ProviderRow.__table__, current, holds))
    ).all()

    assert len(found) == 25
    assert all(qualification.state_on(network, code, on) == answer for code, answer in found)


def test_the_database_refuses_two_states_on_one_day(session: Session) -> None:
    code = factories.provider(session)
    insert = sa.text(
        "insert into provider_state (provider_code, state, valid_from, reason, recorded_at) "
        "values (:code, 'SUSPENDED', '2026-11-22', 'Prova', now())"
    )

    with pytest.raises(sa.exc.IntegrityError, match="ex_provider_state_overlap"):
        session.execute(insert, {"code": code})


def test_the_database_refuses_a_qualified_document_that_nobody_verified(session: Session) -> None:
    code = factories.provider(session)
    insert = sa.text(
        "insert into qualification_record"
        " (id, provider_code, family, requirement, evidence, issuer, number, valid_from, state)"
        " values ('qua_1', :code, 'ECONOMIC', 'accounts', 'Bilancio', 'CCIAA', '1', '2026-01-01', 'QUALIFIED')"
    )

    with pytest.raises(sa.exc.IntegrityError, match="qualified_is_verified"):
        session.execute(insert, {"code": code})


def test_providers_are_listed_by_name_with_their_state(network: Session) -> None:
    found = providers.listed(network, date(2026, 11, 22), territory="forli")

    assert [(provider.code, provider.state) for provider in found] == [
        ("P15", State.SUSPENDED),
        ("P14", State.QUALIFIED),
    ]
    assert found[0].state_since == date(2026, 10, 15)
    assert found[0].state_reason == "DURC scaduto il 14/10/2026"


def file_durc(session: Session, provider: str, requirement: str = "social_security_regularity") -> str:
    return evidence.file(
        session,
        provider,
        family=Family.ECONOMIC,
        requirement=requirement,
        evidence="DURC",
        issuer="INPS",
        number="DEMO-NUOVO",
        valid_from=date(2026, 11, 20),
        valid_to=date(2027, 3, 19),
    )
