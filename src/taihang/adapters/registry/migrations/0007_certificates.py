"""The ledger of lots: sheets, issues, certificates as ranges, acts, and what plants owe."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0006_medium_meter"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificateAct",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("id", models.CharField(max_length=160, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("document", models.TextField()),
                ("moved", models.TextField()),
            ],
            options={
                "db_table": "certificate_act",
            },
        ),
        migrations.CreateModel(
            name="CertificateIssue",
            fields=[
                ("id", models.CharField(max_length=160, primary_key=True, serialize=False)),
                ("act_number", models.BigIntegerField(unique=True)),
                ("month", models.CharField(db_index=True, max_length=8)),
                ("document", models.TextField()),
            ],
            options={
                "db_table": "certificate_issue",
            },
        ),
        migrations.CreateModel(
            name="CertificateSheet",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("month", models.CharField(db_index=True, max_length=8)),
                ("packed", models.BinaryField()),
            ],
            options={
                "db_table": "certificate_sheet",
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "issue",
                        "first_wh",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("issue", models.CharField(max_length=160)),
                ("first_wh", models.BigIntegerField()),
                ("stop_wh", models.BigIntegerField()),
                ("state", models.CharField(max_length=16)),
                ("holder", models.CharField(max_length=64)),
                ("to", models.CharField(max_length=64)),
                ("act", models.CharField(db_index=True, max_length=160)),
                ("expires_s", models.BigIntegerField()),
                ("kind", models.CharField(max_length=16)),
            ],
            options={
                "db_table": "certificate",
                "indexes": [
                    models.Index(fields=["holder", "state"], name="certificate_holder"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_wh__gte", 0), ("first_wh__lt", models.F("stop_wh"))
                        ),
                        name="certificate_range",
                    ),
                    models.UniqueConstraint(
                        fields=("issue", "stop_wh"), name="certificate_stop"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateDeficit",
            fields=[
                ("plant", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("owed_wh", models.BigIntegerField()),
            ],
            options={
                "db_table": "certificate_deficit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("owed_wh__gte", 0)), name="certificate_deficit_owed"
                    )
                ],
            },
        ),
    ]
