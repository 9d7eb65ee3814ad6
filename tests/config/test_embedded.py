"""The private server's own programs."""

from __future__ import annotations

import os
import subprocess
import sys

LOOK = "from config import embedded; embedded.programs()"


def test_whoever_backs_up_is_not_warned_of_a_folder_of_the_library() -> None:
    bare = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}

    # What is warned of depends on what was imported before: a process that imported nothing yet.
    done = subprocess.run([sys.executable, "-c", LOOK], env=bare, check=True, capture_output=True, text=True)

    assert done.stderr == ""
