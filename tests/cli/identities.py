"""GitHub's side of a job's identity, and a portal as little as an exchange needs: each identity is taken once, and a
token is over when the test says so."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUN = {"id": 7, "runbook": "r", "environment": "dev", "status": "running", "url": "/run/7/", "reason": "", "steps": []}
RUN |= {"approvals": []}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(None)

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body):
        status, found = self.server.ask(self.path, self.headers["Authorization"], body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """`log`: the paths that were asked for; `end_after`: at which reading of the run the first token is over."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.log, self.proofs, self.tokens, self.spent, self.end_after = [], [], [], set(), 2

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def env(self):
        asked = {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/id?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner"}
        return asked | {"OPSPORTAL_URL": self.url}

    def ask(self, path, bearer, body):
        self.log.append(path)
        if path.startswith("/id"):
            return self.identity(bearer)
        if path == "/api/v1/token":
            return self.exchange(body["token"])
        if not self.tokens or bearer != f"Bearer {self.tokens[-1]}":
            return 401, {"detail": "Send a valid token."}
        return self.read(path)

    def identity(self, bearer):
        if bearer != "Bearer runner":
            return 403, {}
        self.proofs.append(f"proof-{len(self.proofs)}")
        return 200, {"value": self.proofs[-1]}

    def exchange(self, proof):
        if proof not in self.proofs or proof in self.spent:
            return 401, {"detail": "This token can't be exchanged."}
        self.spent.add(proof)
        self.tokens.append(f"opsp_{len(self.tokens)}")
        return 200, {"token": self.tokens[-1], "expires_at": "2026-01-01T00:00:00Z"}

    def read(self, path):
        if "/events" in path:
            return 200, {"items": [], "more": False}
        if path.endswith("/stream"):
            return 404, {"detail": "There is none."}
        readings = self.log.count("/api/v1/runs/7")
        if readings == self.end_after and len(self.tokens) == 1:
            self.tokens.append("another, so that the first is over")
            return 401, {"detail": "Send a valid token."}
        return 202 if path.endswith("/runs") else 200, RUN | {"status": "succeeded" if readings > 3 else "running"}
