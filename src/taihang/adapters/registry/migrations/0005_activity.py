"""Lines of activity data, and the files that prove them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0004_door_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityLine",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("line", models.CharField(max_length=64)),
                ("version", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("document", models.TextField()),
            ],
            options={
                "db_table": "activity_line",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "version"), name="one_row_a_line_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("n_bytes", models.BigIntegerField()),
                ("known_at_s", models.BigIntegerField()),
            ],
            options={"db_table": "evidence_file"},
        ),
    ]
