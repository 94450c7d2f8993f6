// Package natsjobs runs the jobs of package jobs in many processes, on many machines. Each job is
// recorded once, even if processes die.
//
//	q, err := natsjobs.Open(ctx, "labels", natsjobs.Config{URL: "nats://a,nats://b"})
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer q.Close()
//
//	added, known, err := q.Add(ctx, rows) // once: rows is an iter.Seq2[jobs.Job, error]
//
//	// In every process:
//	status, err := q.Work(ctx, &jobs.Runner{Client: client, Workers: 64, MaxCost: 20})
//
//	for result, err := range q.Results(ctx) {
//		fmt.Println(result.Key, result.Err, result.Answer.Text(), err)
//	}
//
// The queue is on a NATS server with JetStream (nats-server -js), or on a cluster. With Config.Dir
// instead of Config.URL, the server runs inside this process, without a port, for this process
// only. If you need only one process, [jobs.OpenFile] is simpler and faster.
//
// The command openrouter-jobs, in the folder cmd, does the same without a Go program.
//
// # Guarantees
//
// Each job is sent at least once and recorded once. [Queue.Add] may be repeated at any time: jobs
// whose key is queued or recorded are skipped.
//
// A job may be sent again in these cases; the first answer is recorded:
//
//   - Its worker dies. After Config.Lease, other workers send its running jobs again.
//   - Its worker cannot reach the server for longer than the lease.
//   - The server is killed. It may not know which jobs it gave out last: up to three times Workers
//     for each worker.
//
// A restart of the server costs nothing: workers wait for it. A job that crashes its workers is
// recorded as failed after Config.Deaths workers.
//
// # Shared budget and pauses
//
// All workers share one budget, [jobs.Runner.MaxCost]. If one of them gets a rate limit, all pause
// for that model. The reservations of a dead worker are released after two leases. The cost of its
// unfinished requests is unknown and does not count. Workers may start and stop at any time.
//
// # On the server
//
// A queue with the name labels has the streams openrouter-jobs-labels, for jobs without a result,
// and openrouter-results-labels, for the last result of each key. The key-value bucket
// openrouter-labels has the shared state of the workers. The object bucket openrouter-labels has
// jobs and results that are too large for a message. To remove a queue, delete these four with the
// nats command.
package natsjobs
