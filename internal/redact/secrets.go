package redact

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// minSecret is the length of the shortest secret. A shorter one would black out
// ordinary text.
const minSecret = 8

// Of returns the key, and the values of headers whose names look like secrets.
func Of(key string, header http.Header) Secrets {
	var s Secrets
	s.add(key)
	for name, values := range header {
		kind := secretKind(name)
		if kind == "" {
			continue
		}
		for _, v := range values {
			s.addParts(v)
			for part := range strings.SplitSeq(v, ";") {
				if _, cookie, ok := strings.Cut(part, "="); ok && kind == "cookie" {
					s.addParts(strings.Trim(cookie, ` "`))
				}
			}
		}
	}
	slices.SortFunc(s, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(s)
}

// secretKind returns the kind of secret that the last word of a header's name
// says, or "".
func secretKind(name string) string {
	name = strings.ToLower(strings.TrimRight(name, "-_"))
	word := strings.TrimSuffix(name[strings.LastIndexAny(name, "-_")+1:], "s")
	for _, kind := range []string{"key", "token", "secret", "password", "credential", "auth", "authorization", "cookie"} {
		if strings.HasSuffix(word, kind) {
			return kind
		}
	}
	return ""
}

func (s *Secrets) add(v string) {
	// A part of the mark is no secret, because a text may be looked at twice.
	if v = strings.TrimSpace(v); len(v) >= minSecret && !strings.Contains(Mark, v) {
		*s = append(*s, v)
	}
}

// addParts adds a value, the credentials after the name of their scheme, and the
// strings of a value that is JSON: keys of providers are sent that way.
func (s *Secrets) addParts(v string) {
	v = strings.TrimSpace(v)
	s.add(v)
	scheme, rest := v, ""
	if end := strings.IndexAny(v, " \t"); end >= 0 {
		scheme, rest = v[:end], v[end:]
	}
	switch strings.ToLower(scheme) {
	case "bearer":
		s.addParts(rest)
	case "basic":
		s.add(rest)
		login, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(rest), "="))
		_, password, _ := strings.Cut(string(login), ":")
		s.add(password)
	}
	var value any
	if strings.ContainsAny(v[:min(len(v), 1)], `{["`) && json.Unmarshal([]byte(v), &value) == nil {
		s.addStrings(value)
	}
}

func (s *Secrets) addStrings(value any) {
	switch value := value.(type) {
	case string:
		s.addParts(value)
	case []any:
		for _, v := range value {
			s.addStrings(v)
		}
	case map[string]any:
		for _, v := range value {
			s.addStrings(v)
		}
	}
}
