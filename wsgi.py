"""Where a WSGI server enters: `gunicorn wsgi:app`."""

from api.app import create

app = create()
