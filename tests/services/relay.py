"""A way to a server that can be shut, as when the server goes away: nobody gets in, and who was in is cut off."""

import socket
import threading
from contextlib import suppress

SIZE = 65_536


class Relay:
    """Passes on what comes to its `port` of this machine; `target`: the server's host and port."""

    def __init__(self, target):
        self.target, self.port, self.inside = target, 0, []
        self.open()

    def open(self):
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.let_in, args=(self.door,), daemon=True).start()

    def shut(self):
        for each in (self.door, *self.inside):
            with suppress(OSError):  # it has ended already
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self.inside.clear()

    def let_in(self, door):
        with suppress(OSError):  # the door was shut
            while True:
                client, _ = door.accept()
                server = socket.create_connection(self.target)
                self.inside += [client, server]
                if door.fileno() < 0:  # it was shut meanwhile
                    self.shut()
                    return
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=ends, daemon=True).start()


def pass_on(here, there):
    with suppress(OSError):  # either end was cut off
        while data := here.recv(SIZE):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
