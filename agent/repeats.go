package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
)

// repeats finds runs that make no progress. It counts steps: equal calls in one answer count once.
type repeats struct {
	seen     map[[sha256.Size]byte]int // steps with this call and this result
	failures map[string]int            // steps in a row in which a tool failed
}

// add reports whether a limit is reached: the same call with the same result in most steps, or a
// tool that failed in most+2 steps in a row.
func (r *repeats) add(outcomes []Outcome, most int) bool {
	if r.seen == nil {
		r.seen, r.failures = map[[sha256.Size]byte]int{}, map[string]int{}
	}
	isReached := false
	counted := map[[sha256.Size]byte]bool{}
	succeeded := map[string]bool{} // by the tool's name: false if it only failed
	for i := range outcomes {
		o := &outcomes[i]
		name := o.Call.Function.Name
		succeeded[name] = succeeded[name] || !o.Result.IsError
		if key := fingerprint(o); !counted[key] {
			counted[key] = true
			r.seen[key]++
			isReached = isReached || r.seen[key] >= most
		}
	}
	for name, ok := range succeeded {
		if ok {
			delete(r.failures, name)
			continue
		}
		r.failures[name]++
		isReached = isReached || r.failures[name]-2 >= most
	}
	return isReached
}

// fingerprint identifies a call with its result. The order of members and white space do not count.
func fingerprint(o *Outcome) [sha256.Size]byte {
	args := []byte(o.Call.Function.Arguments)
	d := json.NewDecoder(bytes.NewReader(args))
	d.UseNumber()
	var v any
	if d.Decode(&v) == nil {
		if canonical, err := json.Marshal(v); err == nil {
			args = canonical
		}
	}
	content, _ := json.Marshal(o.Result.Content) // what has no JSON counts as equal
	key, _ := json.Marshal([]string{o.Call.Function.Name, string(args), string(content)})
	return sha256.Sum256(key)
}
