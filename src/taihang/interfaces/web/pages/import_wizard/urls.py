"""Addresses of the import of files."""

from typing import Final

from taihang.config.django_settings import MAX_FORM_BYTES
from taihang.core.access.role import Right
from taihang.interfaces.web.pages.import_wizard import views
from taihang.interfaces.web.policy import page
from taihang.settings_wiring import UPLOAD_BYTES

_MAY: Final = Right.HAND_IN
_FILE_BYTES: Final = UPLOAD_BYTES + MAX_FORM_BYTES
"""A file, and the fields of its form."""

urlpatterns: Final = [
    page("import/", views.imports_page, name="imports", may=_MAY, most_bytes=_FILE_BYTES),
    page("import/<str:upload_id>/", views.upload_page, name="import", may=_MAY),
    page("import/<str:upload_id>/rows/", views.say_rows, name="import-rows", may=_MAY),
    page("import/<str:upload_id>/map/", views.correct, name="import-correct", may=_MAY),
    page("import/<str:upload_id>/map.toml", views.map_file, name="import-map", may=_MAY),
    page("import/<str:upload_id>/take/", views.take, name="import-take", may=_MAY),
    page("import/<str:upload_id>/drop/", views.drop, name="import-drop", may=_MAY),
]
