"""An ordinary service, for how much a recording takes: an HTTP server that reads and writes JSON, asks
a database and fills in a template, and clients that ask it some hundred times a second.

    python3 bench/service.py [THREADS]     # says its PID; ends with its input
"""
import http.client
import http.server
import json
import os
import random
import socketserver
import sqlite3
import string
import sys
import threading
import time

PAGE = string.Template("<h1>$title</h1><ul>$items</ul>")


def fill(database):
    database.execute("create table orders (id integer primary key, customer int, total real)")
    database.executemany("insert into orders (customer, total) values (?, ?)",
                         ((i % 50, i * 0.37) for i in range(5000)))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    databases = threading.local()

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.render(asked) if asked["page"] else self.orders(asked["customer"])
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def orders(self, customer):
        if not hasattr(self.databases, "one"):
            self.databases.one = sqlite3.connect(":memory:")
            fill(self.databases.one)
        rows = self.databases.one.execute("select id, total from orders where customer = ?",
                                          (customer,)).fetchall()
        return sorted(({"id": i, "total": round(t, 2)} for i, t in rows),
                      key=lambda order: -order["total"])

    def render(self, asked):
        orders = self.orders(asked["customer"])
        items = "".join("<li>%d: %.2f</li>" % (o["id"], o["total"]) for o in orders)
        return PAGE.substitute(title="Customer %d" % asked["customer"], items=items)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def client(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    chance = random.Random(port)
    while True:
        asked = {"customer": chance.randrange(50), "page": chance.random() < 0.3}
        connection.request("POST", "/", json.dumps(asked))
        connection.getresponse().read()
        time.sleep(chance.expovariate(20))


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    server = Server(("127.0.0.1", 0), Handler)
    if not os.fork():
        for _ in range(threads):
            threading.Thread(target=client, args=(server.server_port,), daemon=True).start()
        sys.stdin.read()
        return
    print(os.getpid(), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
