// A Go server, or client, with one flaw.
//
//	server PORT DOES
//
// forget          reads a request, answers, keeps the connection and reads no more
// read-to-end     answers what it reads until io.EOF, and does not close
// handler         an http.Handler waits for a mutex
// channel         an http.Handler waits for a channel
// hijack          an http.Handler takes the connection over, answers 101, keeps it and does not look at it
// relay           copies both ways and waits for both ends; the other side is port 9000
// body            a client of port PORT asks three times and does not close the bodies
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Kept for ever: what nothing refers to is closed by a finalizer when it is collected.
var (
	lock sync.Mutex
	kept []io.Closer
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func tell(connection net.Addr, what string) {
	fmt.Printf("connection from %v: %s\n", connection, what)
}

func keep(connection io.Closer) {
	lock.Lock()
	defer lock.Unlock()
	kept = append(kept, connection)
}

func forget(connection net.Conn) {
	must(connection.Read(make([]byte, 4096)))
	must(connection.Write([]byte("ok\n")))
	keep(connection)
	tell(connection.RemoteAddr(), "answered and forgotten")
}

func readToEnd(connection net.Conn) {
	request := make([]byte, 4096)
	for {
		_, err := connection.Read(request)
		if err == io.EOF {
			break
		}
		must(connection.Write([]byte("ok\n")))
	}
	keep(connection)
	tell(connection.RemoteAddr(), "read to its end, and not closed")
}

func relay(client net.Conn) {
	upstream := must(net.Dial("tcp", "127.0.0.1:9000"))
	var both sync.WaitGroup
	both.Add(2)
	go func() {
		defer both.Done()
		must(io.Copy(upstream, client))
		upstream.(*net.TCPConn).CloseWrite()
		tell(client.RemoteAddr(), "has closed, passed on")
	}()
	go func() {
		defer both.Done()
		must(io.Copy(client, upstream))
	}()
	both.Wait()
	client.Close()
	upstream.Close()
}

func handleLocked(locked *sync.Mutex) http.HandlerFunc {
	return func(_ http.ResponseWriter, request *http.Request) {
		fmt.Printf("connection from %s: waits for a mutex\n", request.RemoteAddr)
		locked.Lock()
	}
}

func handleChannel(_ http.ResponseWriter, request *http.Request) {
	fmt.Printf("connection from %s: waits for a channel\n", request.RemoteAddr)
	<-make(chan struct{})
}

func handleHijacked(writer http.ResponseWriter, request *http.Request) {
	connection, _, err := writer.(http.Hijacker).Hijack()
	must(must(connection, err).Write([]byte("HTTP/1.1 101 Switching Protocols\r\n\r\n")))
	keep(connection)
	fmt.Printf("connection from %s: taken over and forgotten\n", request.RemoteAddr)
}

func leaveBodies(port string) {
	for count := 0; count < 3; count++ {
		response := must(http.Get("http://127.0.0.1:" + port + "/"))
		keep(response.Body)
		fmt.Printf("connection of request %d: the body is not closed\n", count)
	}
	time.Sleep(24 * time.Hour)
}

func main() {
	port, does := os.Args[1], os.Args[2]
	if does == "body" {
		leaveBodies(port)
	}
	listener := must(net.Listen("tcp4", "127.0.0.1:"+port))
	fmt.Printf("accepts connections on %v\n", listener.Addr())
	var locked sync.Mutex
	locked.Lock()
	handlers := map[string]http.HandlerFunc{
		"handler": handleLocked(&locked), "channel": handleChannel, "hijack": handleHijacked,
	}
	if handler, isHTTP := handlers[does]; isHTTP {
		must(0, http.Serve(listener, handler))
	}
	serve := map[string]func(net.Conn){"forget": forget, "read-to-end": readToEnd, "relay": relay}[does]
	for {
		go serve(must(listener.Accept()))
	}
}
