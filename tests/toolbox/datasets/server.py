"""A web server of this machine's own, for one test at a time, with the manners that it is told."""

import contextlib
import hashlib
import http.server
import threading
import time

from tests.toolbox.datasets.helpers import environment
from yann_weightnorm.toolbox.datasets.published import PublishedFile

SPAN = 1 << 14


class Served:
    """What a server was asked and what it gave.

    `requests` are the values of the header Range, None where there was none; `sent` counts bytes.
    """

    def __init__(self, data, manners):
        self.data, self.manners = data, list(manners)
        self.requests, self.sent = [], 0
        self.over = threading.Event()

    def file(self, name="numbers.bin", **changed):
        """Return the description under which this server publishes its data."""
        facts = {"name": name, "size": len(self.data), "bases": (self.base,),
                 "sha256": hashlib.sha256(self.data).hexdigest()}
        return PublishedFile(**{**facts, **changed})


@contextlib.contextmanager
def serving(data, *manners):
    """Give `data` at every address of a server; each manner is for one request, in order.

    A manner is a function of the handler and what is served. After the last, :func:`normally`.
    """
    served = Served(data, manners)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"   # a connection a request: its end is the body's end

        def do_GET(self):
            served.requests.append(self.headers.get("Range"))
            manner = served.manners.pop(0) if served.manners else normally
            with contextlib.suppress(ConnectionError):  # a client may leave
                manner(self, served)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.host = f"127.0.0.1:{server.server_port}"
    served.base = f"http://{served.host}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        with environment(no_proxy="127.0.0.1", YANN_WEIGHTNORM_OFFLINE=None):
            yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def head(handler, status, **headers):
    """Send the beginning of an answer; in names of headers, _ is a hyphen."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def body(handler, served, start=0, stop=None, pause=0):
    """Send the bytes of the data from `start` to `stop`."""
    stop = len(served.data) if stop is None else stop
    for at in range(start, stop, SPAN):
        piece = served.data[at:min(at + SPAN, stop)]
        handler.wfile.write(piece)
        served.sent += len(piece)
        time.sleep(pause)


def normally(handler, served, stop=None, pause=0):
    """Send the part that is asked for, or all, as a good server does."""
    size, wanted = len(served.data), handler.headers.get("Range")
    if wanted is None:
        start = 0
        head(handler, 200, Content_Length=size)
    else:
        start = int(wanted[len("bytes="):-1])
        head(handler, 206, Content_Range=f"bytes {start}-{size - 1}/{size}",
             Content_Length=size - start)
    body(handler, served, start, stop, pause)


def whole_only(handler, served):
    """Send all, whatever is asked for."""
    head(handler, 200, Content_Length=len(served.data))
    body(handler, served)


def until(stop):
    """Return a manner that breaks off at byte `stop` of the data."""
    return lambda handler, served: normally(handler, served, stop)


def slowly(handler, served):
    """Send what is asked for with pauses."""
    normally(handler, served, pause=0.002)


def stalling(stop):
    """Return a manner that sends nothing more after byte `stop`, but stays connected."""
    def manner(handler, served):
        normally(handler, served, stop)
        served.over.wait(10)
    return manner


def answering(status, **headers):
    """Return a manner that gives `status` and no data."""
    return lambda handler, served: head(handler, status, Content_Length=0, **headers)
