"""Meters of other media, so that none of them changes its scale under its id."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0005_activity"),
    ]

    operations = [
        migrations.CreateModel(
            name="MediumMeter",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("node", models.CharField(max_length=32)),
                ("medium", models.CharField(max_length=64)),
                ("unit", models.CharField(max_length=8)),
                ("resolution", models.BigIntegerField()),
                ("multiplier", models.IntegerField()),
                ("digits", models.IntegerField()),
            ],
            options={
                "db_table": "medium_meter",
            },
        ),
    ]
