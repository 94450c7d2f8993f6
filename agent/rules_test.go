package agent_test

import "testing"

// rules are what this package promises, with one test each. First the twenty traps that loops of
// other libraries fall into, then the rules of this one.
var rules = []struct {
	name string
	test func(*testing.T)
}{
	// Traps.
	{"1 the calls decide, not the finish reason", testCallsDecide},
	{"1 an empty answer after results is asked for once more", testEmptyAnswer},
	{"2 a call that was cut off does not run, a whole one does", testCutCalls},
	{"2 a stream that breaks off ends the run with results for its calls", testBrokenStream},
	{"3 arguments: blank, null, in a string, two objects, no object", testArguments},
	{"4 an unknown tool is told the names", testUnknownTool},
	{"5 empty, equal and missing ids", testIDs},
	{"6 results in the order of the calls, the same tools every time", testOrder},
	{"7 names, duplicates and schemas are refused before the network", testInvalidTools},
	{"8 errors are told or fatal", testErrors},
	{"9 a panic completes the run and goes on in the caller", testPanic},
	{"10 no goroutine outlives a run, none starts with Parallel 1", testGoroutines},
	{"11 the budget counts every cost, also that of the own provider key", testCost},
	{"12 a refusal and a content filter run nothing", testRefusal},
	{"13 a forced tool choice holds for the first step only", testForcedChoice},
	{"14 reasoning goes back whole; Prepare can pin a provider", testReasoningAndPin},
	{"15 tools of the service and functions in one request", testServerTools},
	{"16 a step that has delivered anything is never repeated", testNoRepeat},
	{"17 repetition ends the run", testRepeating},
	{"18 large results are cut, JSON is compact", testResults},
	{"19 a tool knows its call, and works alone", testToolAlone},
	{"20 ErrorText hides what a model should not see", testErrorText},

	// The loop.
	{"Run is never nil, every error is an *Error, the request is not changed", testRunIsComplete},
	{"a fatal error cancels the calls beside it", testFatalCancels},
	{"MaxSteps", testMaxSteps},
	{"Final asks once more with tool choice none", testFinal},
	{"Stop, and Result.Stop", testStop},
	{"cancelling waits for the tools and completes the run", testCancel},
	{"Goexit completes the run and goes on in the caller", testGoexit},
	{"a call that ignores its timeout is left behind", testLeftBehind},
	{"a call that heeds its timeout is told", testTimeout},
	{"Sequential tools run alone", testSequential},
	{"Parallel limits the calls at once", testParallel},
	{"Prepare changes one request", testPrepare},
	{"only tools that are offered can run", testOffered},
	{"a nested run counts in the outer one and under its budget", testNested},
	{"media travels as parts", testMedia},
	{"unknown members, annotations and signatures go back untouched", testUntouched},
	{"unsigned reasoning of a cut answer stays out", testUnsigned},
	{"options apply to every request", testOptions},
	{"a run is JSON in and out", testJSON},
	{"an error shows no prompt", testErrorIsOneLine},

	// Approval.
	{"Approve is asked in order, before anything starts", testApproveOrder},
	{"a refusal is told with its reason", testApproveRefuses},
	{"both the tool and the agent must allow", testApproveBoth},
	{"Wait ends the run with pending calls, which survive a restart", testWait},
	{"an error of Approve ends the run", testApproveError},
	{"a panic of Approve leaves the run complete", testApprovePanic},
	{"a function without a tool is pending", testPendingFunction},
	{"Resolve puts a result in its place", testResolve},
	{"pending calls and a new message of the user", testPendingAndUser},
	{"Wait in a sub-agent ends only that", testNestedWait},

	// Events.
	{"the order of events", testEventOrder},
	{"with Parallel 1 the call is shown before it starts", testEventsInTurn},
	{"progress is serialized, and late progress is dropped", testProgress},
	{"the end of a call frees what waits to report on it", testBlockedProgress},
	{"leaving the loop cancels, joins and completes", testLeave},
	{"a panic in the loop cancels, joins and completes", testLoopPanic},
	{"Close ends the run from outside", testClose},
	{"nothing starts before Events, and a second loop gets an error", testStreamOnce},
	{"a failing run yields its error last", testStreamError},
}

func TestRules(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.name, rule.test)
	}
}
