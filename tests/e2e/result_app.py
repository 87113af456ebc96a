"""The original result app's feed, on python-socketio: event "scores", an object as text, again and
again to everybody."""

import json
import socketserver
import threading
import wsgiref.simple_server

import socketio


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


class _Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class ResultApp:
    """Tells what `scores()` returns; None: it tells nothing."""

    EVERY_S = 0.2

    def __init__(self, scores):
        self.scores = scores
        self.feed = socketio.Server(async_mode="threading")
        self.feed.on("connect", self._welcome)
        self.server = wsgiref.simple_server.make_server(
            "127.0.0.1", 0, socketio.WSGIApp(self.feed), _Server, _Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.server.serve_forever),
                        threading.Thread(target=self._tell)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        for thread in self.threads:
            thread.join()
        self.server.server_close()

    def _welcome(self, session, _environment):
        self.feed.emit("message", {"text": "Welcome!"}, to=session)

    def _tell(self):
        while not self.ended.wait(self.EVERY_S):
            scores = self.scores()
            if scores is not None:
                self.feed.emit("scores", json.dumps(scores))
