package natsjobs_test

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// newCluster starts three servers that keep everything three times. They may have no leader yet.
func newCluster(t *testing.T) (servers []*server.Server, urls string) {
	t.Helper()
	var routes []*url.URL
	var ports []int
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
		routes = append(routes, &url.URL{Scheme: "nats", Host: l.Addr().String()})
		require.NoError(t, l.Close())
	}
	var all []string
	for i, port := range ports {
		srv, err := server.NewServer(&server.Options{
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true,
			JetStream: true, StoreDir: t.TempDir(), Routes: routes,
			Cluster: server.ClusterOpts{Name: "three", Host: "127.0.0.1", Port: port},
		})
		require.NoError(t, err)
		srv.Start()
		t.Cleanup(func() {
			srv.Shutdown()
			srv.WaitForShutdown()
		})
		servers = append(servers, srv)
	}
	for _, srv := range servers {
		require.True(t, srv.ReadyForConnections(long))
		all = append(all, srv.ClientURL())
	}
	return servers, strings.Join(all, ",")
}

// One server of three goes away while two workers work. Nothing is lost, and nothing is asked twice.
func TestAClusterGoesOnWithoutAServer(t *testing.T) {
	t.Parallel() // it waits most of the time
	servers, urls := newCluster(t)
	config := natsjobs.Config{URL: urls}
	fleet := []*natsjobs.Queue{open(t, "labels", config), open(t, "labels", config)}
	add(t, fleet[0], 0, 300)

	nc, err := nats.Connect(urls)
	require.NoError(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	stream, err := js.Stream(t.Context(), "openrouter-results-labels")
	require.NoError(t, err)
	assert.Equal(t, 3, stream.CachedInfo().Config.Replicas)
	leader := stream.CachedInfo().Cluster.Leader

	f := newFake(t, func(r *openroutertest.Request) openroutertest.Reply {
		return openroutertest.Text(r.Text()).Latency(20 * time.Millisecond).Cost(0.001)
	})
	reached := make(chan struct{}, 300)
	var waits []func() (jobs.Status, error)
	for _, q := range fleet {
		waits = append(waits, background(within(t, 2*long), q, &jobs.Runner{
			Client: f.Client(), Workers: 4, MaxCost: 100, OnProgress: func(jobs.Status) { reached <- struct{}{} },
		}))
	}
	for range 100 {
		<-reached
	}
	for _, srv := range servers {
		if srv.Name() == leader {
			srv.Shutdown()
		}
	}
	for _, wait := range waits {
		_, err := wait()
		require.NoError(t, err)
	}
	assert.Len(t, results(t, fleet[0]), 300)
	n, requests := f.counts()
	assert.Equal(t, []int{300, 300}, []int{n, requests})
}
