"""Statements in PostgreSQL's log, and what kind each is."""

from __future__ import annotations

import pytest

from bench.statements import kind_of, statements_in


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("BEGIN", "BEGIN"),
        ("commit", "COMMIT"),
        ("SELECT conversation.id FROM conversation WHERE id = $1", "SELECT conversation"),
        ("INSERT INTO inbound (id) VALUES ($1) ON CONFLICT DO NOTHING", "INSERT inbound"),
        ("UPDATE conversation SET lately = $1", "UPDATE conversation"),
        ("\n    DELETE FROM token\n    WHERE id = $1", "DELETE token"),
        ("SELECT id FROM outbox ORDER BY due_at LIMIT 10 FOR UPDATE SKIP LOCKED", "SELECT outbox"),
        ("SELECT id FROM outbox FOR NO KEY UPDATE SKIP LOCKED", "SELECT outbox"),
        ("SELECT confirm_hold($1, $2)", "SELECT confirm_hold()"),
        ("SELECT pg_catalog.set_config($1, $2, true)", "SELECT set_config()"),
        ("WITH written AS (INSERT INTO reservation (id) SELECT 1 RETURNING 1) SELECT 1", "INSERT reservation"),
        (
            "SELECT c.version, q.tables FROM catalogue c LEFT JOIN (SELECT extract(epoch FROM at) FROM table_quarter) q ON true",
            "SELECT catalogue",
        ),
        ("SELECT (SELECT extract(epoch FROM starts_at) FROM pacing_quarter) FROM catalogue", "SELECT pacing_quarter"),
    ],
)
def test_a_kind_is_a_verb_and_a_table_or_function(sql: str, kind: str) -> None:
    assert kind_of(sql) == kind


def test_statements_are_counted_by_client_and_kind() -> None:
    log = [
        "2026-12-02 10:00:00.000 UTC [7] LOG:  checkpoint starting: time\n",
        "bench [tabletalk] LOG:  statement: BEGIN\n",
        "bench [tabletalk] LOG:  execute _pg3_12: SELECT conversation.id\n",
        "\tFROM conversation\n",
        "bench [tabletalk] LOG:  execute <unnamed>: UPDATE conversation SET lately = $1\n",
        "bench [tabletalk] DETAIL:  parameters: $1 = 'SELECT 1 FROM x'\n",
        "bench [tabletalk-rasa] LOG:  statement: BEGIN\n",
        "bench [tabletalk] LOG:  duration: 1200.3 ms  execute _pg3_12: SELECT 1\n",
        "bench [tabletalk] ERROR:  canceling statement\n",
        "bench [tabletalk] STATEMENT:  SELECT 1 FROM inbound\n",
        "bench [tabletalk] LOG:  statement: BEGIN\n",
    ]
    assert statements_in(log) == {
        ("tabletalk", "BEGIN"): 2,
        ("tabletalk", "SELECT conversation"): 1,
        ("tabletalk", "UPDATE conversation"): 1,
        ("tabletalk-rasa", "BEGIN"): 1,
    }
