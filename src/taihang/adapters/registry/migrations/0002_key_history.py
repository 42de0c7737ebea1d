"""Gateways get a history of keys; the one key that each had becomes its first."""

from django.db import migrations, models


def _copy_keys(apps, schema_editor):
    old = apps.get_model("registry", "GatewayKey").objects.using(schema_editor.connection.alias)
    new = apps.get_model("registry", "EnrolledKey").objects.using(schema_editor.connection.alias)
    for row in old.order_by("gateway"):
        new.create(
            gateway=row.gateway, ordinal=1, public_key=row.public_key, from_s=row.enrolled_at_s
        )


class Migration(migrations.Migration):

    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EnrolledKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=64)),
                ("ordinal", models.IntegerField()),
                ("public_key", models.CharField(max_length=64)),
                ("from_s", models.BigIntegerField()),
                ("until_s", models.BigIntegerField(null=True)),
                ("revoked_at_s", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "enrolled_key",
                "constraints": [
                    models.UniqueConstraint(fields=("gateway", "ordinal"), name="one_key_an_ordinal")
                ],
            },
        ),
        migrations.RunPython(_copy_keys),
        migrations.DeleteModel(name="GatewayKey"),
    ]
