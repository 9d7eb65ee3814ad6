"""The desk where expenses are handed in, with a worker whose words can be told from anybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import people
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.wallet.reimbursements.conftest import Desk, desk, upload
from tests.wallet.scene import Scene
from wallet.reimbursements.submission import Upload
from wallet.settlement import disputes
from wallet.settlement.disputes import By, Reason, Role

__all__ = ["desk", "upload"]

BORN, CHILD_BORN = date(1981, 7, 23), date(2017, 9, 14)
TAX_CODE = factories.tax_code(born=BORN)
CHILD_TAX_CODE = factories.tax_code(born=CHILD_BORN)
MOTHER_BORN = date(1949, 2, 17)
# Everything by which somebody could be told from these rows; long enough to be nobody else's by chance.
WORDS = (
    "Zoraide",
    "Quintavalle",
    TAX_CODE,
    "zoraide@example.it",
    str(BORN),
    "Ermenegilda",
    "Baldassarri",
    CHILD_TAX_CODE,
    str(CHILD_BORN),
    str(MOTHER_BORN),
    "MATR-4711",
)


@dataclass
class Person:
    """Zoraide, her mother for whom nothing was bought, and what she spent for her daughter in 2026."""

    desk: Desk
    documents: list[Upload]

    @property
    def scene(self) -> Scene:
        return self.desk.scene

    @property
    def asked(self) -> tuple[Session, int, str]:
        return self.scene.session, self.scene.book_id, self.scene.worker


@pytest.fixture
def person(desk: Desk) -> Person:
    scene = desk.scene
    session, book_id = scene.session, scene.book_id
    values = {
        "first_name": "Zoraide",
        "last_name": "Quintavalle",
        "tax_code": TAX_CODE,
        "birth_date": BORN,
        "email": "zoraide@example.it",
        "employee_no": "MATR-4711",
    }
    sets = ", ".join(f"{name} = :{name}" for name in values)
    session.execute(sa.text(f"update employee set {sets} where employee_id = :id"), values | {"id": scene.worker})
    rename(session, desk.child, first_name="Ermenegilda", tax_code=CHILD_TAX_CODE, birth_date=CHILD_BORN)
    scene.relative(Kinship.PARENT, first_name="Ermenegilda", last_name="Baldassarri", birth_date=MOTHER_BORN)
    scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=CHILD_TAX_CODE)
    files = [desk.upload("fattura di Zoraide Quintavalle")]
    found = desk.submit(supplier="Nido di Quintavalle", document_no="Quintavalle 1", files=files)
    desk.pay(desk.approve(found, note="per Zoraide Quintavalle"))
    bought = scene.buy("DOP-CR", relative_id=desk.child)
    scene.capture(bought)
    disputed = disputes.open_dispute(
        session,
        book_id,
        bought.authorization_id,
        Reason.NOT_DELIVERED,
        by=By("office", Role.EMPLOYEE, TAX_CODE),
        note="Zoraide Quintavalle non era in casa",
    )
    by = By("office", Role.WELFARE_MANAGER)
    disputes.dismiss(session, book_id, disputed.dispute_id, by=by, note="Quintavalle ha firmato")
    return Person(desk, files)


def rename(session: Session, relative_id: str, **values: Any) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in values)
    session.execute(
        sa.text(f"update relative set last_name = 'Quintavalle', {sets} where relative_id = :id"),
        values | {"id": relative_id},
    )


def found_in(session: Session, words: tuple[str, ...] = WORDS) -> set[tuple[str, str, str]]:
    """Look for words in every column of every table, and return where which of them stand."""
    columns = session.execute(
        sa.text(
            "select table_name, column_name from information_schema.columns where table_schema = 'public'"
            " and table_name in (select tablename from pg_tables where schemaname = 'public')"
            " and data_type in ('text', 'jsonb', 'json', 'ARRAY', 'date', 'character varying', 'bytea')"
        )
    ).all()
    found = set()
    for table, column in columns:
        text = f'string_agg(distinct "{column}"::text, chr(10))'
        kept = session.scalar(sa.text(f'select {text} from "{table}"')) or ""
        found |= {(table, column, word) for word in words if word.lower() in kept.lower()}
    return found


def leave(person: Person) -> None:
    """The person leaves in June 2026, and what credit they had ends."""
    session, book_id, worker = person.asked
    people.employee(session, book_id, worker)
    session.execute(sa.text("update employee set left_on = date '2026-06-30' where employee_id = :id"), {"id": worker})
    person.scene.go_to(date(2027, 3, 1))
    person.scene.expire()
