"""A TCP listener in one network namespace whose connections continue in another one."""
import ctypes
import os
import socket
import threading
import urllib.parse

CLONE_NEWNET = 0x40000000


def _listen_in(namespace, address, result):
    """In a thread of its own: entering a namespace concerns the calling thread only."""
    handle = os.open(namespace, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, CLONE_NEWNET) == 0:
        result.append(socket.create_server(address, backlog=64))
    os.close(handle)


class Relay:
    """From `address` in `namespace` to where `url` points, seen from here."""

    def __init__(self, namespace, address, url):
        result = []
        thread = threading.Thread(target=_listen_in, args=(namespace, address, result))
        thread.start()
        thread.join()
        assert result, f"cannot listen on {address} in {namespace}"
        self._listener = result[0]
        parsed = urllib.parse.urlsplit(url)
        self._target = (parsed.hostname, parsed.port)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client):
        try:
            server = socket.create_connection(self._target, timeout=60)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        try:
            while block := source.recv(65536):
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
