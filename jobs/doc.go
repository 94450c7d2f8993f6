// Package jobs answers many requests and records each answer once. A run that was killed goes on
// where it stopped.
//
//	store, err := jobs.OpenFile(path) // what is in it is not asked again
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
// A [Job] is a request with a key. The jobs come from an iterator, which is never held whole;
// [ReadJSONL] makes one of a file. A [Store] holds the results: [OpenFile] keeps them in a file, and
// any database can be one. Package jobstest checks a Store.
//
// # What is promised
//
// A job is asked at least once and recorded once. A job counts as done when its result is on the
// disk. A job whose key is in the Store is not asked again. So a run can be started again after
// every end: after the last job, after a kill, after an error.
//
// A crash costs the requests that were under way, at most [Runner.Workers]: they are asked again,
// and the service bills them again. Its response cache helps only if the answer was complete there,
// and makes equal requests get equal answers. So it is off, unless the client was made with
// [openrouter.WithResponseCache].
//
// # Limits
//
// A rate limit of the service pauses its model until the service says, for all workers. Fewer
// workers go on then, and slowly become more again. Too few credits and a rejected key stop the run.
// So does [Runner.MaxCost], before it is exceeded.
//
// # Failures
//
// The client retries temporary failures first. A job that fails for good is recorded with its error,
// and what it cost. [Runner.RetryFailed] asks such jobs again.
//
// # At half the price
//
// [Runner.Batch] sends jobs that may wait minutes or hours through the service's Batch API, at about
// half the price. Jobs of one model go in groups of up to 5,000, which start when they are full or
// when the source has ended. A result with the id of the batch is stored for each job before anybody
// waits, so the next run waits on if this one stops. Every run does that, with or without Batch. The
// results are the same, in the same store. If the process dies while a group is handed over, that
// group may be asked twice.
//
// Groups are held in memory, up to 20,000 jobs. A job that cannot go with a batch, such as one with an
// image in the request, fails alone. With [Runner.MaxCost] the first batch of a model has at most 100
// jobs.
//
// # More than a request
//
// [Runner.Do] makes a job anything that costs money and can fail: a typed answer, the run of an
// agent, several requests.
//
// # More than a machine
//
// Module jobs/natsjobs has the same jobs for many processes. Its queue is a Store that is a [Fleet],
// so that all of them share one budget and pause together.
package jobs
