// Package natsjobs answers the jobs of package jobs in many processes, on many machines. Each job is
// recorded once, whoever dies meanwhile.
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
// The queue is on a NATS server with JetStream, or on a cluster of them: nats-server -js. With
// Config.Dir instead of Config.URL the server is inside this process, without a port. That is for one
// process, and for trying things. For one process that needs no queue, [jobs.OpenFile] is simpler and
// faster.
//
// The command openrouter-jobs, in a folder of this package, does the same without a program.
//
// # What is promised
//
// A job is asked at least once and recorded once. [Queue.Add] may be repeated at any time: a job
// whose key is queued or recorded is not added. A worker that dies costs the requests that it had
// under way: after Config.Lease others ask them again. A server that restarts costs nothing: workers
// wait for it. One that is killed forgets what it gave out last, so jobs that the workers have at
// that moment, up to three times Workers each, may be asked again. So may those of a worker that
// cannot reach the server for longer than a lease. The first answer is recorded.
//
// A job whose workers die each time is recorded as failed after Config.Deaths of them.
//
// # The fleet
//
// All workers share one budget, [jobs.Runner.MaxCost], and pause together when one of them meets a
// rate limit. What a dead worker had reserved is free again after two leases; what its requests cost
// is not known, and does not count. Workers start, end and die at any time.
//
// # On the server
//
// A queue with the name labels has the streams openrouter-jobs-labels, for jobs without a result, and
// openrouter-results-labels, for the last result of each key. The bucket openrouter-labels has the
// state of the fleet, and the objects of the same name are jobs and results that are too large for a
// message. To remove a queue, delete these four with the nats command.
package natsjobs
