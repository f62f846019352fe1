"""For any WSGI server: `gunicorn wsgi:app`. `anlaufstelle serve` does it with the settings that hold."""

from booking import create_app

app = create_app()
