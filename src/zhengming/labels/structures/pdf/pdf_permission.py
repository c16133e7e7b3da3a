"""Whether a PDF permits that a label is added (ISO 32000-2 §7.6 encryption, §12.8 signatures)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from zhengming.ground.errors import Refused

if TYPE_CHECKING:
    from pikepdf import Pdf

#: The most form fields that are looked at; a form of a hundred pages has some thousand.
MOST_FIELDS = 100_000


def check_may_be_labelled(pdf: "Pdf") -> None:
    """Raises Refused when an addition would do harm: encrypted, certified, locked, with usage rights.

    Plain approval signatures are no obstacle: an addition leaves the bytes they cover as they are.
    """
    if pdf.is_encrypted:
        raise Refused(
            "PDF 已加密：请先解除加密（如 qpdf --decrypt）再写标识",
            "the PDF is encrypted: decrypt it first (qpdf --decrypt, for example), then label",
        )
    permissions = pdf.Root.get("/Perms")
    if permissions is not None and any(key in permissions for key in ("/DocMDP", "/UR", "/UR3")):
        raise _forbidden("认证签名或使用权签名（/Perms）", "a certification or usage-rights signature (/Perms)")
    for field in _fields(pdf):
        if _locks(field):
            raise _forbidden("签名锁定（DocMDP）", "a signature lock (DocMDP)")


def _forbidden(zh: str, en: str) -> Refused:
    return Refused(
        f"PDF 带有{zh}，不允许再改动：请先写标识再签名",
        f"the PDF carries {en} that permits no such change: label first, then sign",
    )


def _fields(pdf: "Pdf") -> Iterator[Any]:
    """Every form field, parents first; each once, however the tree is knotted."""
    import pikepdf

    form = pdf.Root.get("/AcroForm")
    waiting = [form.get("/Fields")] if isinstance(form, pikepdf.Dictionary) else []
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < MOST_FIELDS:
        kids = waiting.pop()
        for field in kids if isinstance(kids, pikepdf.Array) else ():
            if isinstance(field, pikepdf.Dictionary) and field.objgen not in seen:
                if field.is_indirect:
                    seen.add(field.objgen)
                yield field
                waiting.append(field.get("/Kids"))


def _locks(field: Any) -> bool:
    import pikepdf

    lock, value = field.get("/Lock"), field.get("/V")
    if isinstance(lock, pikepdf.Dictionary) and "/P" in lock and value is not None:
        return True
    references = value.get("/Reference") if isinstance(value, pikepdf.Dictionary) else None
    return isinstance(references, pikepdf.Array) and any(
        one.get("/TransformMethod") == pikepdf.Name.DocMDP
        for one in references
        if isinstance(one, pikepdf.Dictionary)
    )
