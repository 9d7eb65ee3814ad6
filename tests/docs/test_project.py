"""What the project says of itself is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[\[><=; ]", requirement)[0] for requirement in requirements]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_names_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_distribution_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    pinned = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)

    assert all("--hash=sha256:" in block for block in pinned if "==" in block)


@pytest.mark.parametrize("library", names(PROJECT["project"]["dependencies"]))
def test_every_library_has_a_line_that_says_what_we_would_write_without_it(library: str) -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    libraries = architecture[architecture.index("## Libraries") :]

    assert library.split("[")[0] in libraries


@pytest.mark.parametrize("library", names(PROJECT["project"]["dependencies"]))
def test_every_library_is_locked_for_running(library: str) -> None:
    assert re.search(rf"^{re.escape(library)}(\[.*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)


def test_the_packages_of_the_tree_are_the_ones_the_architecture_shows() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    for package in PROJECT["tool"]["importlinter"]["root_packages"]:
        assert re.search(rf"^{package}/ +\S", architecture, re.MULTILINE), package


def test_every_page_that_the_documentation_links_to_exists() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
