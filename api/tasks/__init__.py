"""
Tasks: work asked for over HTTP that takes longer than an answer may. It is queued with 202, and a worker does it.

A kind of work is registered by the module that asks for it, which is imported by a resource of `api.v1`:

    @tasks.kind("statement")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]: ...

It runs outside any transaction, in the fence it was asked with, and may be run again when its worker died: what moves
money in it goes under the key `task.task_id`.
"""

from api.tasks.errors import TaskAbandoned, TaskNotFound
from api.tasks.kinds import kind
from api.tasks.queue import State, Task, ask, find, forget, page
from api.tasks.running import run_next

__all__ = ["State", "Task", "TaskAbandoned", "TaskNotFound", "ask", "find", "forget", "kind", "page", "run_next"]
