"""Records for the demo (演示): a service, an upstream, a user and a key, entered by the acts that staff would do."""

from datetime import timedelta
from pathlib import Path

from zhengming.records.acts.keys import issue_key
from zhengming.records.acts.services import (
    change_service,
    register_service,
    set_function,
    switch_function,
    switch_service,
)
from zhengming.records.acts.staff import create_staff
from zhengming.records.acts.upstreams import assess_upstream, register_supporter, register_upstream, switch_upstream
from zhengming.records.acts.users import create_user
from zhengming.records.desk import Desk
from zhengming.records.models import Service, Staff, Upstream
from zhengming.records.parts import UserKind
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.library import put

SERVICE, UPSTREAM, USER, STAFF = "demo", "demo", "demo-user", "demo-staff"
#: A code made for the demonstration: valid in form, and nobody's (its organisation code is all zeros).
PRODUCER = "001191000000000000000K10000"
#: Code of a function, its technology of Art. 23, its class of Art. 17.
FUNCTIONS = (
    ("chat", "text", "1"),
    ("image", "image", "5"),
    ("speech", "speech", "2"),
    ("embedding", "text", "other"),
)
#: A starter library: neutral words that show what a hit does. It protects nobody; put your own in its place.
STARTER = (("演示拦截词语", "refuse"), ("演示待审词语", "hold"))


def upstream_url() -> str:
    """Where the records have the demo upstream; "" where they know of none."""
    found = Upstream.objects.filter(code=UPSTREAM).first()
    return str(found.url) if found else ""


def seed(desk: Desk, url: str, models: tuple[str, ...]) -> Desk:
    """Enter the demo, where the records do not have it yet; the desk of its staff comes back.

    The service is said not to move public opinion (Art. 19, 20): it serves nobody but whoever tries it out here.
    """
    if not Staff.objects.exists():
        create_staff(desk, STAFF, ["registrar", "safety", "reviewer"])
    desk = Desk(desk.book, desk.vault, desk.digester, STAFF, desk.clock, desk.random)
    if not Service.objects.filter(code=SERVICE).exists():
        _service(desk)
        _upstream(desk, url, models)
        create_user(desk, USER, UserKind.PERSON)
    return desk


def key(desk: Desk) -> str:
    """A fresh key of the demo's user. It is shown once: what is kept is its digest."""
    return issue_key(desk, SERVICE, USER)[1]


def starter_library(path: Path) -> bool:
    """Put the starter library where there is none; whether that was so."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    features = [
        Feature(f"starter-{number}", "term", content, "A.1.8", action="hold" if action == "hold" else "refuse")
        for number, (content, action) in enumerate(STARTER, 1)
    ]
    put(compiled(features), path)
    return True


def _service(desk: Desk) -> None:
    register_service(desk, SERVICE, "演示服务（不对公众提供）", "text", PRODUCER)
    change_service(desk, SERVICE, {"moves_opinion": False})
    for code, technology, class_ in FUNCTIONS:
        set_function(desk, SERVICE, code, technology, class_, False)
        switch_function(desk, SERVICE, code, True)
    switch_service(desk, SERVICE, True)


def _upstream(desk: Desk, url: str, models: tuple[str, ...]) -> None:
    register_supporter(desk, "demo", "正名演示上游")
    register_upstream(desk, UPSTREAM, "openai", url, models, [SERVICE], "demo")
    assess_upstream(desk, UPSTREAM, desk.clock() + timedelta(days=365))
    switch_upstream(desk, UPSTREAM, True)
