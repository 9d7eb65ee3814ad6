"""Where a WSGI server enters: `gunicorn --config python:api.running.gunicorn` (docs/running.md)."""

from api.app import create
from api.running import metrics, serving
from config import settings

serving.prepare()
app = create()
serving.keep_time(app)
app.wsgi_app = metrics.beside(app.wsgi_app, settings.load().metrics_bind)  # type: ignore[method-assign]
