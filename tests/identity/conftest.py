"""What the tests of identity share: digests, a vault, and means to verify with."""

from collections.abc import Callable
from typing import Any

import pytest

from identity.cloud import NOW
from identity.rings import ring
from zhengming.identity.digests import Digester
from zhengming.identity.method import Means
from zhengming.identity.vault import Vault


@pytest.fixture
def digester() -> Digester:
    return Digester(ring("look-1"))


@pytest.fixture
def vault() -> Vault:
    return Vault(ring("seal-1"))


@pytest.fixture
def means(digester: Digester, vault: Vault) -> Callable[..., Means]:
    def made(**given: Any) -> Means:
        return Means(
            **{"now": NOW, "nonce": "n-1", "digester": digester, "vault": vault, "account": "user-1", **given}
        )

    return made
