"""Indexes that a database has, and that no model declares."""

from __future__ import annotations

import re
from typing import Any

from django.db import connections, models

_DEFINITIONS = {
    "sqlite": "SELECT sql FROM sqlite_master "
    "WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
    "postgresql": "SELECT indexdef FROM pg_indexes "
    "WHERE schemaname = ANY (current_schemas(false)) AND tablename = %s",
    # Its collations ignore case: any index that begins with the column will do.
    "mysql": "SELECT CONCAT('(lower(', column_name, ')') "
    "FROM information_schema.statistics "
    "WHERE table_schema = DATABASE() AND seq_in_index = 1 AND table_name = %s",
}
"""What tells the definitions of a table's indexes."""


def is_in_database(alias: str, model: type[models.Model], field: str) -> bool:
    """Tell whether a table has an index that finds a field's values without case.

    A product cannot declare one for another package's user model, such as Django's
    own: it creates it in a migration.
    """
    connection = connections[alias]
    stored: Any = model._meta.get_field(field)
    with connection.cursor() as cursor:
        cursor.execute(_DEFINITIONS[connection.vendor], [model._meta.db_table])
        definitions = [row[0] for row in cursor.fetchall()]
    column = re.escape(stored.column)
    first = re.compile(rf"\(\W*lower\(\W*{column}\b", re.IGNORECASE)
    return any(
        first.search(definition) and " where " not in definition.lower()
        for definition in definitions
    )
