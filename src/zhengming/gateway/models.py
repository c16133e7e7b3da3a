"""GET /v1/models: the models that the service of a key offers now."""

from datetime import datetime
from typing import Any

from zhengming.records.parts import Upstream
from zhengming.records.policy import Policy
from zhengming.synthesis.reasons import NotAdmitted


def models(policy: Policy, secret: str, now: datetime) -> dict[str, Any]:
    """The list in the shape of the OpenAI API. Raises NotAdmitted for a key that is not valid."""
    key = policy.key(secret)
    if key is None or not key.is_valid(now):
        raise NotAdmitted("key-invalid")
    offered = sorted(
        {
            (model, upstream.code)
            for upstream in policy.all(Upstream)
            if upstream.is_on and key.service in upstream.services and _is_assessed(upstream, now)
            for model in upstream.models
        }
    )
    data = [{"id": model, "object": "model", "created": 0, "owned_by": code} for model, code in offered]
    return {"object": "list", "data": data}


def _is_assessed(upstream: Upstream, now: datetime) -> bool:
    return upstream.assessed_until is not None and now < upstream.assessed_until
