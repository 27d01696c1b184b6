"""The table of the shared cache, where the limits are counted: without a journal, since a crash may forget them."""

from django.db import migrations

CREATE = """
    CREATE UNLOGGED TABLE IF NOT EXISTS cache (
        cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
    );
    ALTER TABLE cache SET UNLOGGED;
    CREATE INDEX IF NOT EXISTS cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, migrations.RunSQL.noop)]
