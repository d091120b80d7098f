// Answers lines with the same line, and forgets a connection upon the line `leak`. Prints its port; ends with its
// standard input.
//
// What is forgotten is a descriptor beside the runtime, as C code in a Go program has them. A net.Conn, and what its File()
// gives, are always watched by the runtime's epoll instance, and so never given back.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

var (
	lock      sync.Mutex
	forgotten []int
)

func forget(connection *net.TCPConn) {
	raw, err := connection.SyscallConn()
	if err != nil {
		panic(err)
	}
	err = raw.Control(func(descriptor uintptr) {
		duplicate, err := syscall.Dup(int(descriptor))
		if err != nil {
			panic(err)
		}
		lock.Lock()
		forgotten = append(forgotten, duplicate)
		lock.Unlock()
	})
	if err != nil {
		panic(err)
	}
}

func serve(connection *net.TCPConn) {
	defer connection.Close()
	line := make([]byte, 256)
	length := 0
	for {
		got, err := connection.Read(line[length:])
		if err != nil {
			return
		}
		length += got
		if line[length-1] != '\n' {
			continue
		}
		if string(line[:length]) == "leak\n" {
			forget(connection)
			return
		}
		if _, err := connection.Write(line[:length]); err != nil {
			return
		}
		length = 0
	}
}

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(connection.(*net.TCPConn))
	}
}
