"""
Exports: every statement and file that may be asked for over HTTP, by whom, and how it is made and kept.

`kinds.KINDS` is the one table of them. What is asked for is made by a task, in the narrowest fence that its figures
come from, and kept outside the database under the hash of its content.
"""
