"""Tokens of gateways that speak JSON over HTTP."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0003_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoorToken",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("gateway", models.CharField(max_length=64)),
                ("issued_at_s", models.BigIntegerField()),
                ("expires_at_s", models.BigIntegerField()),
            ],
            options={"db_table": "door_token"},
        ),
    ]
