// The network's works: see net_works.cc.
package gobase

import (
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

const requestBytes = 64

func echo(conn net.Conn) {
	defer conn.Close()
	var buffer [512]byte
	for {
		n, err := conn.Read(buffer[:])
		if err != nil {
			return
		}
		if _, err := conn.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func serveEchoes(b *testing.B) net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go echo(conn)
		}
	}()
	return listener
}

// request sends `rounds` messages and waits for the echo of each.
func request(conn net.Conn, rounds int) {
	var buffer [512]byte
	for i := 0; i < rounds; i++ {
		if _, err := conn.Write(buffer[:requestBytes]); err != nil {
			panic(err)
		}
		for got := 0; got < requestBytes; {
			n, err := conn.Read(buffer[:])
			if err != nil {
				panic(err)
			}
			got += n
		}
	}
}

// BenchmarkTcpEcho1000: time per request of 1000 connections over loopback, clients and server in this process.
func BenchmarkTcpEcho1000(b *testing.B) {
	const connections = 1000
	listener := serveEchoes(b)
	defer listener.Close()
	var conns []net.Conn
	for i := 0; i < connections; i++ {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		request(conn, 1)
		conns = append(conns, conn)
	}
	b.ResetTimer()
	rounds := (b.N + connections - 1) / connections
	var all sync.WaitGroup
	for _, conn := range conns {
		all.Add(1)
		go func() { request(conn, rounds); all.Done() }()
	}
	all.Wait()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rounds*connections), "ns/request")
}

// BenchmarkIdleConns: see IdleConns in net_works.cc. Run with -benchtime 1x.
func BenchmarkIdleConns(b *testing.B) {
	const count = 9000
	listener := serveEchoes(b)
	defer listener.Close()
	address := &syscall.SockaddrInet4{Port: listener.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
	var clients []int
	before := residentBytes(b)
	start := time.Now()
	var message [requestBytes]byte
	for i := 0; i < count; i++ {
		client, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			b.Fatal(err)
		}
		clients = append(clients, client)
		if err := syscall.Connect(client, address); err != nil {
			b.Fatal(err)
		}
		if _, err := syscall.Write(client, message[:]); err != nil {
			b.Fatal(err)
		}
		if n, _, err := syscall.Recvfrom(client, message[:], syscall.MSG_WAITALL); n != requestBytes || err != nil {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/count, "ns/connection")
	b.ReportMetric((residentBytes(b)-before)/count, "bytes/connection")
	for _, client := range clients {
		syscall.Close(client)
	}
}
