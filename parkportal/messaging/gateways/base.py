"""What every gateway answers, and the three ways in which it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Receipt:
    """The gateway has the message. `delivered` is None while nobody knows, `failure` says in Chinese why it failed."""

    provider_id: str
    delivered: bool | None = None
    failure: str = ""


@dataclass(frozen=True)
class Answer:
    """What the gateway knows of a reference. `receipt` None: it does not have the message; `sure`: nor will it get it."""

    receipt: Receipt | None
    sure: bool


class RefusedByGateway(Exception):
    """The gateway said no and sends nothing. `again_after` None: it will say no every time."""

    def __init__(self, failure: str, *, again_after: timedelta | None = None) -> None:
        super().__init__(failure)
        self.failure, self.again_after = failure, again_after


class NotReached(Exception):
    """No connection came about: the gateway certainly has nothing."""


class NotHeard(Exception):
    """The message went out of the door and no answer came back: nobody knows."""


class Gateway(Protocol):
    """Carries one message. `out_id` is the portal's reference; the gateway is asked about it before a second try."""

    def send(self, out_id: str, phone: str, text: str, template: str, params: dict[str, str]) -> Receipt:
        """Raises RefusedByGateway, NotReached or NotHeard."""
        ...

    def find(self, out_id: str, *, phone: str, tried_at: datetime) -> Answer:
        """What became of `out_id`, tried at that real time. Raises NotReached, NotHeard or RefusedByGateway."""
        ...
