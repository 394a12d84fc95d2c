"""Version 1 of the REST API, under /api/v1/."""

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.security import HttpBearer

from . import exchange, limits, places, problems, runs, tokens
from .callers import Caller


class Bearer(HttpBearer):
    """Authorization: Bearer opsp_… (RFC 6750). The token is nowhere else: not in addresses, not in cookies."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        caller = tokens.find(token)
        if caller and (seconds := limits.take(caller.token.pk)):
            raise problems.Limited(seconds)
        return caller


api = NinjaAPI(title="opsportal", version="1", auth=Bearer(), urls_namespace="api-1")
api.add_router("", runs.router)
api.add_router("", places.router)
api.add_router("", exchange.router)
problems.install(api)
