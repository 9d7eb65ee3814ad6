"""Ending: a role that is taken from somebody by whoever may give it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.access import audit, members
from api.access.audit import Doer
from api.access.errors import OwnRoleInUse, RoleNotGiven
from api.access.identity import Identity, transact_at_door
from api.access.roles import Role, may_end


def end_role(asking: Identity, member_id: str, appointment_id: str) -> None:
    """
    Take a role from a member: its sessions and tokens end at once.

    Errors: AppointmentNotFound, OwnRoleInUse, RoleNotGiven.
    """

    def work(session: Session) -> None:
        held = members.appointment(session, member_id, appointment_id)
        if appointment_id == asking.appointment_id:
            raise OwnRoleInUse()
        if Role(held.role) not in may_end(asking.role):
            raise RoleNotGiven(role=asking.role, given=held.role)
        members.end_appointment(session, member_id, appointment_id)
        doer = Doer(asking.member_id, asking.role, held.book_id or asking.book_id, held.employee_id)
        audit.write(session, doer, "members:end", target=appointment_id)

    transact_at_door(work)
