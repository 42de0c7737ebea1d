"""Statements are numbered in the order of issue; keys of the log, editions of facts, log events."""

from django.db import migrations, models


def _number(apps, schema_editor):
    # A register of PostgreSQL begins with this program: it has no statements to number.
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("UPDATE statement SET number = rowid")


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0002_key_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactEdition",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("first_used_at_s", models.BigIntegerField()),
            ],
            options={"db_table": "fact_edition"},
        ),
        migrations.CreateModel(
            name="LogSigningKey",
            fields=[
                ("ordinal", models.IntegerField(primary_key=True, serialize=False)),
                ("public_key", models.CharField(max_length=64)),
                ("from_size", models.BigIntegerField()),
                ("beside_until_s", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "log_signing_key"},
        ),
        migrations.CreateModel(
            name="LoggedEvent",
            fields=[
                ("leaf", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=128)),
                ("n", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "logged_event",
                "indexes": [models.Index(fields=["kind", "subject"], name="by_kind_and_subject")],
            },
        ),
        migrations.AddField(
            model_name="statement",
            name="number",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunPython(_number),
        migrations.AlterField(
            model_name="statement",
            name="number",
            field=models.BigIntegerField(unique=True),
        ),
    ]
