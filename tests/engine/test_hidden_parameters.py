"""What a statement was given stays out of its error: names, phones and texts would come with it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from booking_engine import create_database


@pytest.mark.parametrize("is_ours", [True, False])
def test_an_error_of_the_database_shows_no_parameters(server_url: str, is_ours: bool) -> None:
    url = server_url.replace("postgresql://", "postgresql+psycopg://", 1)
    database = create_database(url) if is_ours else create_engine(url)
    with database.connect() as connection, pytest.raises(ProgrammingError) as error:
        connection.execute(text("INSERT INTO nothing (phone) VALUES (:phone)"), {"phone": "+12125550142"})
    database.dispose()
    assert ("+12125550142" in str(error.value)) is not is_ours, "the twin: SQLAlchemy itself shows them"
