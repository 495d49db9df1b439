"""An HTTP server with Python's own modules. "graceful": it ends well; without, it has no handler, and nothing flushes what it prints."""
import json
import signal
import socketserver
import sys
import threading
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

if "check" in sys.argv:
    try:
        sys.exit(0 if urllib.request.urlopen("http://127.0.0.1:3000/", timeout=5).status == 200 else 1)
    except OSError:
        sys.exit(1)
graceful = "graceful" in sys.argv


def say(message):
    print(json.dumps({"time": datetime.now(timezone.utc).isoformat(), "level": "info", "message": message}), flush=graceful)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        say(self.path)
        self.send_response(200)
        self.send_header("content-length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, HTTPServer):
    # On closing it waits for the requests that were begun.
    daemon_threads = False
    request_queue_size = 128


server = Server(("", 3000), Handler)
if graceful:
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
say("listening")
server.serve_forever(poll_interval=0.05)
server.server_close()
