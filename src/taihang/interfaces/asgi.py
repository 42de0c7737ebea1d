"""The words of ASGI that the pages and the door share."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

# The message types of the ASGI specification are open dictionaries; Any is what it prescribes.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Message, Receive, Send], Awaitable[None]]
