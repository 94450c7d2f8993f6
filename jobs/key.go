package jobs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// KeyOf returns the Key of a job. If it is empty, KeyOf returns the SHA-256 of the request's JSON
// in hexadecimal digits. The members of the JSON are sorted, so the hash does not depend on how the
// request was built, or on the version of this library. Meta is not part of it.
func KeyOf(job Job) (string, error) {
	switch {
	case job.Key != "" && !utf8.ValidString(job.Key):
		return "", errors.New("jobs: a key is not valid UTF-8")
	case job.Key != "":
		return job.Key, nil
	case job.Request == nil:
		return "", errors.New("jobs: a job has neither a key nor a request")
	}
	data, err := json.Marshal(job.Request)
	if err != nil {
		return "", fmt.Errorf("jobs: a request has no key and cannot be encoded: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a float64 would make large numbers equal
	var members any
	if err := d.Decode(&members); err != nil {
		return "", fmt.Errorf("jobs: a request has no key and cannot be read: %w", err)
	}
	if data, err = json.Marshal(members); err != nil { // sorts the members
		return "", fmt.Errorf("jobs: a request has no key and cannot be encoded: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
