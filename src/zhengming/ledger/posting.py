"""Posting a checkpoint over HTTP: to the address given and no other, within a time, for a short answer."""

from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.ledger.anchor import Place

LARGEST_ANSWER = 1024 * 1024


class _NoRedirect(HTTPRedirectHandler):
    """A checkpoint goes where it was meant to go."""

    def redirect_request(self, *_: object) -> None:
        return None


def post(place: Place, data: bytes, content_type: str) -> tuple[int, bytes]:
    """POST ``data``: status and body of the answer, whatever the status. Raises Unavailable, WrongInput."""
    if urlsplit(place.address).scheme not in ("http", "https"):
        raise WrongInput(f"地址须以 http(s):// 开头：{place.address}", f"no http(s) address: {place.address}")
    request = Request(place.address, data, {"Content-Type": content_type, "User-Agent": "zhengming"})  # noqa: S310  # its scheme was checked
    try:
        with build_opener(_NoRedirect).open(request, timeout=place.patience) as answer:
            return answer.status, answer.read(LARGEST_ANSWER)
    except HTTPError as error:
        with error:
            return error.code, error.read(LARGEST_ANSWER)
    except (OSError, ValueError) as error:
        raise Unavailable(f"锚点不可达 {place.address}：{error}", f"cannot reach {place.address}: {error}") from None


def check_taken(place: Place, status: int) -> None:
    """Raise Unavailable unless ``status`` says that the checkpoint was taken."""
    if not 200 <= status < 300:
        raise Unavailable(f"{place.address} 未接受检查点（{status}）", f"{place.address} did not take it ({status})")
