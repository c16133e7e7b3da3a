"""Admission of a job (准入): who, for what, by which upstream; and once more while the work is under way."""

from dataclasses import replace

from zhengming.law.classification import TECHNOLOGIES
from zhengming.records.parts import Upstream
from zhengming.synthesis import admission
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.work import Edges, Job


def admit(job: Job, edges: Edges) -> Job:
    """Admission (准入), and the upstream that speaks the protocol of the request."""
    policy = edges.policy()
    admitted = admission.admit(job.asking, policy, edges.clock())
    if job.medium not in TECHNOLOGIES[admitted.function.technology].media:  # another name lets nobody past a measure
        raise NotAdmitted("function-unknown", admitted.function.code)
    upstream = next((each for each in admitted.upstreams if speaks(each, job)), None)
    if upstream is None:
        raise NotAdmitted("model-unknown", job.asking.model)
    edges.meter.count(admitted.key.id, job.asking.characters, edges.clock())
    return replace(job, admitted=admitted, upstream=upstream, stage="input")


def admit_again(job: Job, edges: Edges) -> None:
    """Orders, measures and withdrawn consents bear on works under way too (Art. 10, 14, 21). Raises NotAdmitted."""
    policy = edges.policy()
    if policy.id != job.grounds.policy:
        admission.admit(job.asking, policy, edges.clock())


def speaks(upstream: Upstream, job: Job) -> bool:
    """Whether an upstream speaks a protocol: by its name, or by that of its family such as ``openai``."""
    return job.protocol.name == upstream.protocol or job.protocol.name.startswith(f"{upstream.protocol}-")
