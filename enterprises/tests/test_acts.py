"""Whatever this app writes into the audit has a word there."""

import re
from pathlib import Path

import enterprises
from parkportal.records.audit_words import action_words

CALL = re.compile(r'record\(\s*((?:"[a-z_.]+"(?: if \w+ else )?)+)')


def test_every_act_of_this_app_has_a_word():
    folder = Path(enterprises.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if "tests" not in path.parts]
    acts = {act for text in sources for call in CALL.findall(text) for act in re.findall(r'"([a-z_.]+)"', call)}
    assert {"notice.sent", "outlet.opened", "enterprise.registered"} <= acts
    assert [act for act in sorted(acts) if action_words(act) == act] == []
