"""PDF files are kept as they are: they are compressed already, and PostgreSQL would try it once more for nothing."""

from django.db import migrations

COLUMN = "ALTER TABLE documents_{table} ALTER COLUMN content SET STORAGE {how}"


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        migrations.RunSQL(COLUMN.format(table=table, how="EXTERNAL"), COLUMN.format(table=table, how="EXTENDED"))
        for table in ("policyfile", "attachment")
    ]
