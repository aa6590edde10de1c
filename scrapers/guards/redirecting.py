"""Redirects: few, never in a circle, never from https to http or away from the web."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from scrapers.middlewares.refusal import RefusedError


class GuardedRedirectMiddleware(RedirectMiddleware):
    """Follows redirects like Scrapy's own, and says why where it does not.

    Whether a target is in scope, and may be connected to, is checked as for every request.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the request for the target; raises RefusedError for a bad one."""
        try:
            answer = super().process_response(request, response)
        except RefusedError:
            raise
        except IgnoreRequest as error:
            raise _refused(f"{request.url} redirects too often.") from error
        except ValueError as error:
            raise _refused(f"{request.url} redirects to no address at all.") from error
        if isinstance(answer, Request):
            _check(request, answer)
            return answer
        location = response.headers.get("Location")
        if location is not None and response.status in (301, 302, 303, 307, 308):
            target = urlsplit(urljoin(request.url, location.decode("latin-1"))).scheme
            raise _refused(f"{request.url} redirects to the scheme '{target[:20]}'.")
        return answer


def _check(request: Request, redirected: Request) -> None:
    if redirected.url in redirected.meta["redirect_urls"]:
        raise _refused(f"{request.url} redirects in a circle.")
    if "@" in urlsplit(redirected.url).netloc:
        raise _refused(f"{request.url} redirects to an address that names a user.")
    if request.url.startswith("https:") and redirected.url.startswith("http:"):
        raise _refused(f"{request.url} redirects from https to http.")


def _refused(message: str) -> RefusedError:
    return RefusedError(message, slug="redirect_refused")
