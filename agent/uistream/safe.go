package uistream

import (
	"bytes"
	"encoding/json"
)

// maxDepth is how deep JSON may be nested that the browser gets as it is. Clients copy it recursively.
const maxDepth = 200

// safe returns JSON that the client reads: as it is, or else its text as a JSON string. The client
// refuses, with everything that follows, an object that could change the prototypes of its objects,
// and overflows its stack where JSON is nested thousands of times. Models and tools pass on what
// others wrote.
func safe(data json.RawMessage) json.RawMessage {
	isPlain := !bytes.Contains(data, []byte("proto")) && !bytes.Contains(data, []byte(`\u`)) // which may hide the word
	if isPlain && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) <= maxDepth {
		return data
	}
	var v any
	if json.Unmarshal(data, &v) == nil && isSafe(v, 0) {
		return data
	}
	return encoded(clean(string(data)))
}

func isSafe(v any, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		constructor, _ := v["constructor"].(map[string]any)
		_, isOne := v["__proto__"]
		if _, isOther := constructor["prototype"]; isOne || isOther {
			return false
		}
		for _, member := range v {
			if !isSafe(member, depth+1) {
				return false
			}
		}
	case []any:
		for _, element := range v {
			if !isSafe(element, depth+1) {
				return false
			}
		}
	}
	return true
}
