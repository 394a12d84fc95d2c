"""The app under test of these tests: slack-sdk's own Socket Mode client, and a server for request URLs."""

import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse


def until(true, seconds=5):
    """Waits for it and gives what it gave."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
    return found


class App:
    def __init__(self, slack):
        self.hellos = queue.Queue()
        self.begin()
        web = WebClient(token="xoxb-sandbox", base_url=slack.api)
        self.client = SocketModeClient(app_token="xapp-sandbox", web_client=web, ping_interval=0.5)
        self.client.socket_mode_request_listeners.append(self.take)
        self.client.message_listeners.append(self.hear)
        self.client.connect()

    def begin(self):
        self.requests, self.answers, self.silent = queue.Queue(), None, 0

    def hear(self, client, message, raw):
        if message.get("type") == "hello":
            self.hellos.put(message)

    def take(self, client, request):
        self.requests.put(request)
        if self.silent:
            self.silent -= 1
            return
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answers))

    def next(self, seconds=5):
        return self.requests.get(timeout=seconds)

    def close(self):
        self.client.close()


class Server:
    """Listens on a port of its own; `answers` are (status, headers, body) in turn, the last one for ever."""

    def __init__(self, *answers):
        self.requests, self.answers = queue.Queue(), list(answers)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = server.answer(body)
                server.requests.put((self.headers, body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/slack"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, body):
        if b"url_verification" in body:
            return 200, {}, json.loads(body)["challenge"].encode()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def next(self):
        """The next request that is no challenge."""
        while b"url_verification" in (found := self.requests.get(timeout=5))[1]:
            pass
        return found

    def close(self):
        self.http.shutdown()
        self.http.server_close()
