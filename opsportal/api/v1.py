"""Version 1 of the REST API, under /api/v1/."""

from typing import Any, cast

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.security import HttpBearer

from .. import rights
from . import exchange, findings, handling, limits, places, policies, problems, questions, runs, tokens, uses
from .callers import Caller


class Bearer(HttpBearer):
    """Authorization: Bearer opsp_… (RFC 6750). The token is nowhere else: not in addresses, not in cookies."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        caller = tokens.find(token)
        request.auth = caller  # type: ignore[attr-defined]  # what it asked is on record where it is refused, too
        if caller and (seconds := limits.take(caller.token.pk)):
            raise problems.Limited(seconds)
        if caller:
            rights.require_view(caller)
        return caller


class Api(NinjaAPI):
    schema: Any = None

    def get_openapi_schema(self, **options: Any) -> Any:
        """Made once a process, for that takes half a second."""
        self.schema = self.schema or self.described(**options)
        return self.schema

    def described(self, **options: Any) -> Any:
        """As django-ninja tells it, but for problems, which have a content type of their own (RFC 9457)."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, told in operation["responses"].items():
                    if int(status) >= 400:
                        told["content"] = {problems.KIND: told["content"]["application/json"]}
        return schema


api = Api(title="opsportal", version="1", auth=Bearer(), urls_namespace="api-1")
api.add_decorator(uses.recorded, mode="view")
api.add_router("", runs.router)
api.add_router("", questions.router)
api.add_router("", places.router)
api.add_router("", policies.router)
api.add_router("", findings.router)
api.add_router("", handling.router)
api.add_router("", exchange.router)
problems.install(api)
urls = api.urls
for each in urls[0]:
    each.callback = problems.shaped(cast(problems.View, each.callback))
