"""The portal with one more address: the least that django-ninja can do with a row."""

# ruff: noqa: I001  the application comes first, for it sets Django up
from typing import Any

from config.asgi import application as application
from config import urls
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from opsportal.models import Run

api = NinjaAPI(urls_namespace="bare", openapi_url=None)


class Row(Schema):
    id: int
    status: str


@api.get("/{int:run_id}", response=Row)
def read(request: HttpRequest, run_id: int) -> Any:
    return Run.objects.get(pk=run_id)


urls.urlpatterns.append(path("bare/", api.urls))
