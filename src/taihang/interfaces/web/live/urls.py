"""The address of the stream."""

from typing import Final

from taihang.interfaces.web.live import views
from taihang.interfaces.web.policy import MEMBER, page

urlpatterns: Final = [page(views.ADDRESS.lstrip("/"), views.live_pass, name="live", may=MEMBER)]
