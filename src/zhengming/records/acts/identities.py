"""The check of documents by staff (人工核验, Art. 9): the way to a verified identity that needs no contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.identity.claim import claim
from zhengming.identity.method import Means, Task, Verified
from zhengming.identity.methods.manual import METHOD, Review, conclude
from zhengming.records import finding
from zhengming.records.acts.users import keep_assertion
from zhengming.records.desk import Desk
from zhengming.records.evidence import EvidenceStore


@dataclass(frozen=True)
class Checked:
    """What staff looked at: the fields of the claim (see the manual method), pictures, and what they say of it."""

    fields: Mapping[str, str]
    pictures: Sequence[BinaryIO]
    ground: str
    validity: timedelta


def verify_by_documents(desk: Desk, store: EvidenceStore, user: str, checked: Checked) -> str:
    """Keep that staff checked a user's documents and found them right; the id of the assertion comes back.

    The pictures go to the evidence store, number and name are gone when this returns: a keyed digest remains.
    """
    found = finding.user(user, desk.digester)
    kept = [store.keep(desk, picture, "identity-document") for picture in checked.pictures]
    documents = tuple(desk.digester.digest("evidence", str(digest)) for digest in kept)
    means = Means(desk.clock(), desk.new_id(), desk.digester, found.id, desk.vault)
    task = METHOD.verify(claim(METHOD.name, documents, **checked.fields), means)
    assert isinstance(task, Task)
    outcome = conclude(task, Review("accept", checked.ground, desk.staff, desk.clock()), desk.digester)
    if not isinstance(outcome, Verified):
        raise Refused("证件核验未通过", "the documents were not accepted")
    return keep_assertion(desk, found.id, outcome.assertion(desk.clock(), checked.validity))
