"""Where a WSGI server enters: `gunicorn --config config/gunicorn.py wsgi:app` (docs/running.md)."""

from api.app import create
from api.running import serving

serving.prepare()
app = create()
