// Package jobs sends many requests and records each answer once. A run that was killed can be
// started again and continues where it stopped.
//
//	store, err := jobs.OpenFile(path) // jobs with a result in it are skipped
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer store.Close()
//	runner := jobs.Runner{Client: client, Store: store, Workers: 64, MaxCost: 20}
//	status, err := runner.Run(ctx, rows)
//	fmt.Println(status.Done, status.Failed, status.Left, status.Usage.Cost, err)
//
//	for result, err := range store.Results(ctx) {
//		if err != nil {
//			log.Fatal(err)
//		}
//		fmt.Printf("%s: %s%s\n", result.Key, result.Answer.Text(), result.Err)
//	}
//
// A [Job] is a request with a key. Jobs come from an iterator, which is read while the run works;
// [ReadJSONL] reads them from a file. A [Store] holds the results. [OpenFile] keeps them in a file.
// For a database, implement Store and test it with package jobstest.
//
// # Guarantees
//
// Each job is sent at least once and recorded once. It is done when its result is on the disk. A
// job whose key is in the Store is not sent again. So you can always start a run again: after an
// error, after a kill, and with more jobs.
//
// After a crash, the jobs that were running, at most [Runner.Workers], are sent again, and the
// service bills them again. The service's response cache prevents this only if the answer was
// complete, and it gives equal requests the same answer. It is off unless the client was created
// with [openrouter.WithResponseCache].
//
// # Limits
//
// After a rate limit, all workers pause for that model, for as long as the service says. Then fewer
// workers continue, and their number slowly grows again. Missing credits, a rejected key and
// [Runner.MaxCost] stop the run. [Runner.Run] has the details.
//
// # Failures
//
// The client retries temporary failures first. A job that still fails is recorded with its error
// and its cost. [Runner.RetryFailed] sends such jobs again.
//
// # Batches at half the price
//
// [Runner.Batch] sends jobs that may wait minutes or hours through the service's Batch API, at
// about half the price. Jobs of one model are sent in groups of up to 5,000; Google accepts only
// jobs with the same ResponseFormat in a group. A group is sent when it is full or when the source
// has ended. Then a result with the id of the batch is stored for each job. If the run stops, the
// next run waits for these batches, with or without Batch. The results look the same as without
// Batch. If the process dies while it submits a group, that group may be sent twice.
//
// Up to 20,000 jobs in groups are held in memory. A job that a batch does not accept, such as one
// with an image in the request, fails without affecting the others. With [Runner.MaxCost], the
// first batch of a model has at most 100 jobs.
//
// # Typed answers, agents, several requests
//
// [Runner.Do] replaces the request by a function of yours, for example for a typed answer, the run
// of an agent, or several requests.
//
// # Many machines
//
// Module jobs/natsjobs runs the same jobs in many processes. They share a queue, one budget, and
// the pauses of rate limits; see [Fleet].
package jobs
