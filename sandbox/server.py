"""The WSGI application: control endpoint, faults, CloudFormation and IAM of our own, moto for the rest."""

import io
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from sandbox import control, faults, iam, moves, oidc, own, policies, refusals, replacing, requests
from sandbox.calls import Call
from sandbox.cloudformation import api, lifecycle
from sandbox.cloudformation.records import Place
from sandbox.world import World

log = logging.getLogger("sandbox")
Start = Callable[..., Any]
Environ = dict[str, Any]


class Application:
    """Called by werkzeug once for each request, in many threads."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: set[str] = set()
        self.moto = DomainDispatcherApplication(_frank_app)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data(cache=True)
        if request.path.startswith("/_sandbox"):
            return control.respond(self.world, request)(environ, start)
        if oidc.serves(request.path):
            return oidc.respond(self.world.issuers, request)(environ, start)
        began = self.world.clock.now()
        with self.world.lock:
            call = requests.understand(request, body)
            struck = self.world.faults.for_call(call.service, call.action, call.account, call.text())
        _wait(struck)
        response = self._answer(call, _rewound(environ, body, call), struck)
        seconds = self.world.clock.now() - began
        names = ",".join(rule.kind for rule in struck)
        self.world.calls.add(call, began, seconds, response.status_code, names)
        if any(rule.kind == "lost" for rule in struck):
            environ["werkzeug.socket"].shutdown(2)
        return response(environ, start)

    def _answer(self, call: Call, environ: Environ, struck: list[faults.Rule]) -> Response:
        with self.world.lock:
            refused = _refused(call, struck) or iam.refused(self.world, call) or policies.prepare(call)
            if refused is not None:
                return _response(*refused)
            lifecycle.advance(self.world, self.world.clock.now())
            moves.advance(self.world.moves, self.world.clock.now(), self.world.clock.speed)
            self.world.changed = self.world.changed or call.mutating or call.service == "sts"
            return self._guarded(call, environ)

    def _guarded(self, call: Call, environ: Environ) -> Response:
        """What is not simulated is an ordinary AWS error, so that the client's own message names it."""
        try:
            return self._served(call, environ)
        except NotImplementedError:
            text = f"The sandbox does not simulate {call.service}:{call.action}."
            return _response(*refusals.unknown(call, text))
        except Exception as error:
            log.exception("the sandbox failed on %s:%s", call.service, call.action)
            text = f"The sandbox failed on {call.service}:{call.action}: {error!r}"
            return _response(*refusals.answer(call, "InternalFailure", text, 500))

    def _served(self, call: Call, environ: Environ) -> Response:
        if call.service == "cloudformation":
            place = Place(call.account, call.region)
            status, text = api.answer(self.world, place, call.action, call.form)
            return _response(status, "text/xml", text)
        if call.service == "iam" and call.action == "SimulatePrincipalPolicy":
            return _response(*iam.simulate(call))
        if (ours := own.answer(self.world, call, environ)) is not None:
            return ours
        if call.service not in self.known:
            self._check(call, environ)
        answer = Response.from_app(self.moto, environ)
        if answer.status_code == 404 and answer.mimetype == "text/html" and b"<!doctype html>" in answer.data:
            raise NotImplementedError("moto has no such path")
        own.remember(self.world, call, environ, answer)
        return answer

    def _check(self, call: Call, environ: Environ) -> None:
        host = self.moto.infer_service_region_host(environ, environ.get("PATH_INFO", ""))
        if host is not None and self.moto.get_backend_for_host(host) is None:
            raise NotImplementedError
        replacing.replace(call.service)
        self.known.add(call.service)


def _frank_app(service: Any) -> Any:
    """What moto does not implement comes out as an error, not as a page that says 500."""
    app = create_backend_app(service)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


def _wait(struck: list[faults.Rule]) -> None:
    for rule in struck:
        if rule.kind in ("latency", "hang"):
            time.sleep(rule.seconds)


def _refused(call: Call, struck: list[faults.Rule]) -> refusals.Answer | None:
    for rule in struck:
        if rule.kind == "throttle":
            return refusals.throttled(call)
        if rule.kind == "error":
            return refusals.broken(call, rule.status)
        if rule.kind == "expired":
            return refusals.expired(call)
        if rule.kind == "deny":
            return refusals.denied(call, iam.caller_arn(call))
    return None


def _response(status: int, content_type: str, text: str) -> Response:
    return Response(text, status=status, content_type=content_type)


def _rewound(environ: Environ, body: bytes, call: Call) -> Environ:
    """The same request for moto, its body readable again and its account said."""
    again = {key: value for key, value in environ.items() if not key.startswith("werkzeug.request")}
    again["wsgi.input"], again["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    again.pop("HTTP_TRANSFER_ENCODING", None)
    if call.access_key == call.account:
        again["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
    return again
