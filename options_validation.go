package openrouter

import (
	"slices"
	"strings"
)

// WithoutValidation switches checks off, so that the service decides. A check
// is named by the path of its member, as [Violation.Check] has it, without
// indices: "session_id", "tools.function.name". The rules an option has for
// what the service takes go by the name of the option: "WithApp". Without
// arguments all of them are switched off. On a call it adds to what the client
// has switched off.
//
// The founding document and the service disagree on session_id, which is
// checked to have at most 128 characters: today's service takes 256.
//
// What cannot be sent stays refused: a nil request, values without JSON such
// as NaN, options without a meaning. With "stream" switched off, the method
// still decides how the answer comes, not the request.
func WithoutValidation(fields ...string) Option {
	return func(c *config) {
		if len(fields) == 0 {
			c.unchecked.all = true
			return
		}
		names := slices.Clone(c.unchecked.names) // the client's stay as they are
		for _, f := range fields {
			names = append(names, withoutIndices(f))
		}
		c.unchecked.names = names
	}
}

// unchecked are the checks that are switched off.
type unchecked struct {
	all   bool
	names []string
}

func (u unchecked) has(check string) bool { return u.all || slices.Contains(u.names, check) }

// withoutIndices turns messages[2].role into messages.role.
func withoutIndices(path string) string {
	var b strings.Builder
	for rest := path; ; {
		before, after, found := strings.Cut(rest, "[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, rest, _ = strings.Cut(after, "]")
	}
}

// WithInsecureHTTP allows http addresses of other machines, for a server in a
// network where everyone may see the key. Without it http is for this machine
// only: localhost, 127.0.0.0/8 and ::1.
func WithInsecureHTTP() Option {
	return func(c *config) { c.insecure = true }
}
