"""A client that keeps connections: a pool for later requests, or responses of which it read the head alone."""

import http.client
import queue
import ssl

from child_program import LAB_PORT, parse_options, say

options = parse_options('pool', 'heads', tls='', connections=1)


def connect():
    if not options.tls:
        return http.client.HTTPConnection('127.0.0.1', LAB_PORT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # The size of an alert depends on the cipher: without this it would on the version of OpenSSL.
    context.set_ciphers('ECDHE-ECDSA-AES128-GCM-SHA256')
    return http.client.HTTPSConnection('127.0.0.1', LAB_PORT, context=context)


pool = []
responses = []
for _ in range(options.connections):
    connection = connect()
    connection.request('GET', '/orders')
    response = connection.getresponse()
    if options.does == 'pool':
        response.read()
    pool.append(connection)
    responses.append(response)
say('all connections are served')
# The next job never comes.
queue.Queue().get()
