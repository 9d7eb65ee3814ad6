"""The data files of the network; `SOURCES.md` says where each comes from."""

from pathlib import Path

FOLDER = Path(__file__).parent
