"""A proxy that passes tracking requests on but loses the first answer at each address: the sender sees a 500 and must send again."""

import gzip
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

MESSAGE_LIMIT_BYTES = 32 * 1024


class LossyProxy:
    def __init__(self, target):
        self.target = urlsplit(target).netloc
        self.message_ids = set()
        self.too_large = set()
        self.requests = 0
        self.lost = 0
        self.repeated = 0
        self._paths = set()
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                proxy.handle(self)

            do_GET = do_OPTIONS = do_POST

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        lose = self._note(request, body) if request.command == "POST" else False
        connection = http.client.HTTPConnection(self.target, timeout=30)
        connection.request(request.command, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        content = answer.read()
        request.send_response(500 if lose else answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
        connection.close()

    def _note(self, request, body):
        """Notes the ids of a request; true where its answer is to be lost."""
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        parsed = json.loads(plain)
        messages = parsed.get("batch", [parsed])
        with self._lock:
            self.requests += 1
            for message in messages:
                if message["messageId"] in self.message_ids:
                    self.repeated += 1
                self.message_ids.add(message["messageId"])
                if len(json.dumps(message)) > MESSAGE_LIMIT_BYTES:
                    self.too_large.add(message["messageId"])
            lose = request.path not in self._paths
            self._paths.add(request.path)
            self.lost += lose
        return lose
