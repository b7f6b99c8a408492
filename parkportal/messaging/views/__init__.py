"""Pages of the outbox: the history, one message, the mailbox; and the provider's pushes."""

from parkportal.messaging.views.history import mailbox, message_list, message_search
from parkportal.messaging.views.one import (
    message_ask,
    message_called,
    message_detail,
    message_handle,
    message_reveal,
    message_trial,
)
from parkportal.messaging.views.pushes import push_receipts, push_replies

__all__ = [
    "mailbox",
    "message_ask",
    "message_called",
    "message_detail",
    "message_handle",
    "message_list",
    "message_reveal",
    "message_search",
    "message_trial",
    "push_receipts",
    "push_replies",
]
