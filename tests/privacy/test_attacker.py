"""The attacker works: of tables that tell too much it finds what they tell, and the watch over files finds a leak."""

from __future__ import annotations

from pathlib import Path

from tests.privacy import attacker, secrets
from tests.privacy.attacker import Table
from tests.privacy.secrets import Secrets


def test_one_category_alone_is_known_of_everybody() -> None:
    found = attacker.known(Table({"CARE": 300, "EDUCATION": 0}, {"a": 100, "b": 200}))

    assert found == [("a", "CARE", 100), ("b", "CARE", 200)]


def test_one_person_alone_is_known_in_every_category() -> None:
    assert attacker.known(Table({"CARE": 100, "EDUCATION": 200}, {"a": 300})) == [
        ("a", "CARE", 100),
        ("a", "EDUCATION", 200),
    ]


def test_two_people_and_two_categories_hide_each_other() -> None:
    found = Table({"CARE": 100, "EDUCATION": 100}, {"a": 100, "b": 100})

    assert attacker.known(found) == []
    assert set(attacker.bounds(found).values()) == {(0, 100)}


def test_the_difference_of_two_tables_tells_of_the_one_who_is_new() -> None:
    earlier = Table({"CARE": 100, "EDUCATION": 100}, {"a": 100, "b": 100})
    later = Table({"CARE": 150, "EDUCATION": 100}, {"a": 100, "b": 100, "c": 50})

    assert attacker.known(attacker.difference(later, earlier)) == [("c", "CARE", 50)]


def test_a_hidden_figure_that_stands_alone_is_the_total_less_the_rest() -> None:
    equations = [({"a": 1, "b": 1, "c": 1}, 60), ({"a": 1}, 10), ({"b": 1}, 20)]

    assert attacker.solved(equations) == {"a": 10, "b": 20, "c": 30}
    assert attacker.solved(equations[:2]) == {"a": 10}


def test_a_combination_of_three_tables_is_found() -> None:
    equations = [({"a": 1, "b": 1}, 30), ({"b": 1, "c": 1}, 50), ({"a": 1, "c": 1}, 40)]

    assert attacker.solved(equations) == {"a": 10, "b": 20, "c": 30}


def test_a_leak_in_a_file_is_found_whatever_blanks_stand_in_it(tmp_path: Path) -> None:
    watch = Secrets({"CooperativaSanDaniele": "provider"}, {"P01": "provider"})

    assert watch.found_in("Cooperativa San\nDaniele") == [("provider", "CooperativaSanDaniele")]
    assert watch.found_in("presso P01, oggi") == [("provider", "P01")]
    assert watch.found_in("hash 0xP01aa") == []
    assert watch.found_in("P01", allowed=("provider",)) == []
    path = tmp_path / "leak.csv"
    path.write_text("Lavoratori;ZVLZOE80A01D150X;Istruzione;10,00\nCategorie;Istruzione;10,00\n", encoding="utf-8-sig")
    assert len(secrets.beside_names(path, frozenset({"ZVLZOE80A01D150X"}), secrets.categories())) == 1
