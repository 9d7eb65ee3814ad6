"""Documents that nobody names are removed when they are old enough, and no submission under way loses one."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from config import clock
from tests.wallet.reimbursements.conftest import Desk
from wallet.reimbursements import orphans
from wallet.reimbursements.documents import Upload
from wallet.reimbursements.errors import SweepGraceTooShort, SweepNamesNothing
from wallet.reimbursements.orphans import Swept

WEEK = timedelta(days=7)


def leave(desk: Desk, upload: Upload) -> None:
    """What a submission leaves that fails after its files were kept."""
    desk.store.keep(upload)


def sweep(desk: Desk, **options: object) -> Swept:
    return orphans.sweep(desk.scene.session, desk.store, **options)  # type: ignore[arg-type]


def test_what_nobody_names_goes_after_its_days_and_what_is_named_stays(desk: Desk) -> None:
    named, orphan = desk.upload("citata"), desk.upload("orfana")
    found = desk.submit(files=[named])
    leave(desk, orphan)

    assert sweep(desk) == Swept(named=1, young=1, removed=0, removed_bytes=0)
    desk.scene.go_to(clock.now() + WEEK + timedelta(seconds=1))
    assert sweep(desk, dry_run=True) == Swept(1, 0, 1, orphan.size_bytes)
    assert desk.store.read(orphan.sha256)
    assert sweep(desk) == Swept(1, 0, 1, orphan.size_bytes)

    assert not desk.store.path(orphan.sha256).exists()
    assert desk.store.read(named.sha256) == named.content
    assert sweep(desk) == Swept(1, 0, 0, 0)
    desk.withdraw(found)
    desk.scene.go_to(clock.now() + WEEK + timedelta(seconds=1))
    assert sweep(desk).removed == 0


def test_a_submission_under_way_makes_its_document_young_again(desk: Desk) -> None:
    desk.submit(files=[desk.upload("citata")])
    orphan = desk.upload("orfana")
    leave(desk, orphan)
    desk.scene.go_to(clock.now() + WEEK + timedelta(seconds=1))

    # It is kept again, and its row is not written yet when somebody sweeps.
    desk.store.keep(orphan)

    assert sweep(desk) == Swept(named=1, young=1, removed=0, removed_bytes=0)
    assert desk.store.read(orphan.sha256) == orphan.content


def test_a_document_kept_between_the_look_and_the_removal_stays(desk: Desk) -> None:
    desk.submit(files=[desk.upload("citata")])
    orphan = desk.upload("orfana")
    leave(desk, orphan)
    desk.scene.go_to(clock.now() + WEEK + timedelta(seconds=1))
    older_than = clock.now() - WEEK
    desk.store.keep(orphan)

    assert desk.store.remove(desk.store.path(orphan.sha256), older_than=older_than) is None
    assert desk.store.read(orphan.sha256) == orphan.content


def test_what_an_interrupted_writing_left_goes_too(desk: Desk) -> None:
    found = desk.upload("citata")
    desk.submit(files=[found])
    half = desk.store.path(found.sha256).parent / ".new-abc"
    half.write_bytes(b"%PDF")
    old = (clock.now() - WEEK - timedelta(days=1)).timestamp()
    os.utime(half, (old, old))

    assert sweep(desk) == Swept(1, 0, 1, 4)
    assert not half.exists()


def test_the_folder_of_another_database_is_left_alone(desk: Desk) -> None:
    orphan = desk.upload("orfana")
    leave(desk, orphan)
    desk.scene.go_to(clock.now() + WEEK * 2)

    with pytest.raises(SweepNamesNothing):
        sweep(desk)
    with pytest.raises(SweepGraceTooShort):
        sweep(desk, days=0)

    assert desk.store.read(orphan.sha256) == orphan.content


def test_where_nothing_was_ever_kept_there_is_nothing_to_sweep(desk: Desk) -> None:
    assert sweep(desk) == Swept(0, 0, 0, 0)
