"""How a row of the scope table is written.

    row("enterprises:filing_step", "committee* contact principal", pk="filing", step="=register")

reads: the committee gets in to every filing (`*`: to foreign ones too), contact and principal to their own, everybody
else finds the page of what does not exist, and strangers are led to sign in. The address is made of the park's objects:
`pk="filing"` is the id of the filing, `code="box.code"` another field of it, `step="=register"` a word.

A role may be followed by its answer where that is not 200 (302 for a row with `post=True`): `contact=302`. A button that
finds a field empty and draws its page again has `post=422`.
`signed_in` stands for all roles, `everybody` for them and for strangers.
"""

from dataclasses import dataclass, field

from parkportal.accounts.models import Role

ROLES = tuple(Role.values)
STRANGER = "anonymous"


@dataclass(frozen=True)
class Row:
    """One URL name: who gets in, and with which answer."""

    name: str
    own: dict[str, int]
    foreign: dict[str, int]
    post: bool = False
    where: dict[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def kinds(self) -> set[str]:
        """The park's objects in the address."""
        return {words.partition(".")[0] for words in self.where.values() if not words.startswith("=")}


def row(name: str, who: str, *, post: bool | int = False, query: str = "", **where: str) -> Row:
    """`post`: the door is opened only by POST, here without any content; the answer is 302, or the one that it says."""
    usual = 302 if post is True else post or 200
    own: dict[str, int] = {}
    foreign: dict[str, int] = {}
    for words in who.split():
        code, _, status = words.partition("=")
        answer = int(status) if status else usual
        for role in _named(code.removesuffix("*")):
            own[role] = answer
            if code.endswith("*"):
                foreign[role] = answer
    return Row(name, own, foreign, post=bool(post), where=where, query=query)


def _named(code: str) -> tuple[str, ...]:
    if code == "everybody":
        return (STRANGER, *ROLES)
    if code == "signed_in":
        return ROLES
    if code not in (STRANGER, *ROLES):
        raise ValueError(f"no such role: {code}")
    return (code,)
