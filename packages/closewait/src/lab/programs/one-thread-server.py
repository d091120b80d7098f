"""The HTTP server of Python's library without threads. To answer a request it asks an upstream."""

import http.client
import http.server

from child_program import LAB_PORT, UPSTREAM_PORT, parse_options, say, say_ready

parse_options()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        say(f'connection from port {self.client_address[1]}: waits for the upstream, without a timeout')
        upstream = http.client.HTTPConnection('127.0.0.1', UPSTREAM_PORT)
        upstream.request('GET', self.path)
        upstream.getresponse()


with http.server.HTTPServer(('127.0.0.1', LAB_PORT), Handler) as server:
    say_ready()
    server.serve_forever()
