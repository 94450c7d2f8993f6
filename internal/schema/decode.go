package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// Decode is json.Unmarshal for JSON that a model wrote. Models write 3.0 where an integer is wanted.
// JSON Schema calls that an integer, and so does Decode.
func Decode(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if _, isBroken := errors.AsType[*json.SyntaxError](err); err == nil || isBroken {
		return err
	}
	mended := plainIntegers(data) // whatever the error: types with an UnmarshalJSON have their own
	if bytes.Equal(mended, data) {
		return err
	}
	return json.Unmarshal(mended, v)
}

// plainIntegers rewrites numbers such as 3.0 and 1e2 as integers. data is valid JSON.
func plainIntegers(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		c := data[i]
		switch {
		case c == '"':
			end := i + 1
			for ; data[end] != '"'; end++ {
				if data[end] == '\\' {
					end++
				}
			}
			out = append(out, data[i:end+1]...)
			i = end + 1
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(data) && strings.IndexByte("0123456789+-.eE", data[end]) >= 0 {
				end++
			}
			out = append(out, plainInteger(data[i:end])...)
			i = end
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

func plainInteger(number []byte) []byte {
	const most = 40 // digits; no integer type of Go has more
	if !bytes.ContainsAny(number, ".eE") || len(number) > most {
		return number
	}
	f, _, err := big.ParseFloat(string(number), 10, 256, big.ToNearestEven)
	if err != nil || f.MantExp(nil) > 128 {
		return number
	}
	n, accuracy := f.Int(nil)
	if accuracy != big.Exact {
		return number
	}
	return n.Append(nil, 10)
}
