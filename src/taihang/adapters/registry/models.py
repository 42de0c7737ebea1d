"""Tables of the register. Rows of the park mirror park.toml; statements are only ever added."""

from django.db import models


class ParkVersion(models.Model):
    """One version of park.toml, whole, so that any old statement can be understood."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    park_id = models.CharField(max_length=64)
    text = models.TextField()
    recorded_at_s = models.BigIntegerField()

    class Meta:
        """Named tables, so that SQL by hand reads well."""

        db_table = "park_version"


class Enterprise(models.Model):
    """An enterprise as the last version of park.toml has it."""

    id = models.CharField(max_length=32, primary_key=True)
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    sector = models.CharField(max_length=8)
    voltage_kv = models.FloatField()
    transformer_kva = models.FloatField()

    class Meta:
        """Named table."""

        db_table = "enterprise"


class Asset(models.Model):
    """A plant, station, battery or grid connection."""

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=16)
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    capacity_kw = models.FloatField()

    class Meta:
        """Named table."""

        db_table = "asset"


class Meter(models.Model):
    """A meter and what it stands for."""

    id = models.CharField(max_length=32, primary_key=True)
    node = models.CharField(max_length=32)
    measures = models.CharField(max_length=16)
    resolution_wh = models.IntegerField()
    multiplier = models.IntegerField()
    digits = models.IntegerField()

    class Meta:
        """Named table."""

        db_table = "meter"


class MediumMeter(models.Model):
    """A meter of another medium, or of reactive energy, and what its register counts."""

    id = models.CharField(max_length=32, primary_key=True)
    node = models.CharField(max_length=32)
    medium = models.CharField(max_length=64)
    unit = models.CharField(max_length=8)
    resolution = models.BigIntegerField()
    multiplier = models.IntegerField()
    digits = models.IntegerField()

    class Meta:
        """Named table."""

        db_table = "medium_meter"


class Contract(models.Model):
    """A green supply or a grid tariff, with its terms as canonical text."""

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=16)
    terms = models.TextField()

    class Meta:
        """Named table."""

        db_table = "contract"


class EnrolledKey(models.Model):
    """One public key of a gateway; the next one is another row, and none is ever taken away."""

    gateway = models.CharField(max_length=64)
    ordinal = models.IntegerField()
    public_key = models.CharField(max_length=64)
    from_s = models.BigIntegerField()
    until_s = models.BigIntegerField(null=True)
    revoked_at_s = models.BigIntegerField(null=True)

    class Meta:
        """Named table; a gateway has one key of each ordinal."""

        db_table = "enrolled_key"
        constraints = (
            models.UniqueConstraint(fields=("gateway", "ordinal"), name="one_key_an_ordinal"),
        )


class LogSigningKey(models.Model):
    """One public key of the park's log."""

    ordinal = models.IntegerField(primary_key=True)
    public_key = models.CharField(max_length=64)
    from_size = models.BigIntegerField()
    """Size of the first tree whose checkpoint it signs."""
    beside_until_s = models.BigIntegerField(null=True)
    """Until when the key before it signs too."""

    class Meta:
        """Named table."""

        db_table = "log_signing_key"


class LoggedEvent(models.Model):
    """One event of the log, to find it again without reading the journal."""

    leaf = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    n = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        """Named table."""

        db_table = "logged_event"
        indexes = (models.Index(fields=("kind", "subject"), name="by_kind_and_subject"),)


class FactEdition(models.Model):
    """Every fact that calculations could take, as it stood when it was first used."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()
    first_used_at_s = models.BigIntegerField()

    class Meta:
        """Named table."""

        db_table = "fact_edition"


class DoorToken(models.Model):
    """A secret that lets its holder speak for one gateway over HTTP; only its hash is here."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    gateway = models.CharField(max_length=64)
    issued_at_s = models.BigIntegerField()
    expires_at_s = models.BigIntegerField()

    class Meta:
        """Named table."""

        db_table = "door_token"


class Settlement(models.Model):
    """One settling of a period, in order; a rebuild does them all again."""

    start_s = models.BigIntegerField()
    end_s = models.BigIntegerField()
    journal_size = models.BigIntegerField()
    park_sha256 = models.CharField(max_length=64)
    settled_at_s = models.BigIntegerField()

    class Meta:
        """Named table."""

        db_table = "settlement"


class Statement(models.Model):
    """A statement as issued: its canonical bytes, never changed; a restatement is a new row."""

    id = models.CharField(max_length=128, primary_key=True)
    number = models.BigIntegerField(unique=True)
    """The how-manieth of the park, in the order of issue; none is missing."""
    series = models.CharField(max_length=120)
    """The id without its version: all versions of one statement share it."""
    version = models.IntegerField()
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=32)
    period = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    document = models.TextField()
    issued_at_s = models.BigIntegerField()

    class Meta:
        """Named table; a version of a series exists once."""

        db_table = "statement"
        indexes = (models.Index(fields=("period", "kind"), name="by_period_and_kind"),)
        constraints = (
            models.UniqueConstraint(fields=("series", "version"), name="one_row_a_version"),
        )


class ActivityLine(models.Model):
    """A line of activity data as handed in: its canonical bytes, never changed."""

    number = models.BigIntegerField(primary_key=True)
    """The how-manieth of the park, in the order of handing in; none is missing."""
    line = models.CharField(max_length=64)
    version = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    document = models.TextField()

    class Meta:
        """Named table; a version of a line exists once."""

        db_table = "activity_line"
        constraints = (
            models.UniqueConstraint(fields=("line", "version"), name="one_row_a_line_version"),
        )


class EvidenceFile(models.Model):
    """What is known of a file in the folder of evidence; its bytes are there under its hash."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    """As whoever handed it in called it."""
    n_bytes = models.BigIntegerField()
    known_at_s = models.BigIntegerField()

    class Meta:
        """Named table."""

        db_table = "evidence_file"


class CertificateSheet(models.Model):
    """What the issues of a month are made of, packed; never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField(unique=True)
    month = models.CharField(max_length=8, db_index=True)
    packed = models.BinaryField()

    class Meta:
        """Named table."""

        db_table = "certificate_sheet"


class CertificateIssue(models.Model):
    """An issue of certificates; follows from the act that made it."""

    id = models.CharField(max_length=160, primary_key=True)
    act_number = models.BigIntegerField(unique=True)
    month = models.CharField(max_length=8, db_index=True)
    document = models.TextField()

    class Meta:
        """Named table."""

        db_table = "certificate_issue"


class Certificate(models.Model):
    """A range of positions of an issue, in one state; follows from the acts."""

    pk = models.CompositePrimaryKey("issue", "first_wh")
    issue = models.CharField(max_length=160)
    first_wh = models.BigIntegerField()
    stop_wh = models.BigIntegerField()
    state = models.CharField(max_length=16)
    holder = models.CharField(max_length=64)
    to = models.CharField(max_length=64)
    act = models.CharField(max_length=160, db_index=True)
    expires_s = models.BigIntegerField()
    kind = models.CharField(max_length=16)

    class Meta:
        """Named table; a position belongs to one range, which is not empty."""

        db_table = "certificate"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(first_wh__gte=0) & models.Q(first_wh__lt=models.F("stop_wh")),
                name="certificate_range",
            ),
            models.UniqueConstraint(fields=("issue", "stop_wh"), name="certificate_stop"),
        )
        indexes = (models.Index(fields=("holder", "state"), name="certificate_holder"),)


class CertificateAct(models.Model):
    """One act of the ledger, as it was said; only ever added."""

    number = models.BigIntegerField(primary_key=True)
    id = models.CharField(max_length=160, unique=True)
    sha256 = models.CharField(max_length=64)
    document = models.TextField()
    moved = models.TextField()

    class Meta:
        """Named table."""

        db_table = "certificate_act"


class CertificateDeficit(models.Model):
    """What a plant owes: sold, and no longer produced; follows from the acts."""

    plant = models.CharField(max_length=64, primary_key=True)
    owed_wh = models.BigIntegerField()

    class Meta:
        """Named table."""

        db_table = "certificate_deficit"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(owed_wh__gte=0), name="certificate_deficit_owed"
            ),
        )
