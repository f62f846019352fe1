"""Imported once, by the parent of those that race or are killed: it has everything loaded, and so a start is cheap."""

from booking import create_app
from booking.config import Config
from tests.conftest import SECRET

# Loads what is loaded late; it opens nothing, and there is nothing at that address.
create_app(Config(secret_key=SECRET, database_url="postgresql+psycopg://nowhere"))
