package openrouter

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Image is a picture a model made.
type Image struct {
	// Type is image_url.
	Type string `json:"type,omitzero"`
	// ImageURL is normally a data URL, and then large: see [Image.Data].
	ImageURL *ImageURL `json:"image_url,omitzero"`
	// Index is the place among the images of the turn.
	Index *int `json:"index,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Data decodes the picture of a base64 data URL. The media type is without
// parameters, and empty where the URL names none. A picture that is a link has
// no data here, which is an error.
func (i Image) Data() (mediaType string, data []byte, err error) {
	mediaType, data, err = decodeDataURL(i.url())
	if err != nil {
		return "", nil, fmt.Errorf("openrouter: image: %w", err)
	}
	return mediaType, data, nil
}

func (i Image) url() string {
	if i.ImageURL != nil {
		return i.ImageURL.URL
	}
	// Some answers have the bare address where the object belongs.
	var url string
	if raw, ok := i.Extra[""].(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &url) // anything else is not an address
	}
	return url
}

func (i Image) clone() Image {
	i.ImageURL = cloneObject(i.ImageURL, func(u *ImageURL) *map[string]any { return &u.Extra })
	if i.Index != nil {
		i.Index = new(*i.Index)
	}
	i.Extra = cloneExtra(i.Extra)
	return i
}

// decodeDataURL returns errors that never quote the URL: it may be megabytes
// long, and private.
func decodeDataURL(url string) (mediaType string, data []byte, err error) {
	const scheme = "data:"
	if url == "" {
		return "", nil, errors.New("no URL")
	}
	if len(url) < len(scheme) || !strings.EqualFold(url[:len(scheme)], scheme) {
		return "", nil, errors.New("not a data URL")
	}
	head, body, found := strings.Cut(url[len(scheme):], ",")
	if !found {
		return "", nil, errors.New("data URL without a comma")
	}
	mediaType, params, _ := strings.Cut(head, ";")
	if last := params[strings.LastIndexByte(params, ';')+1:]; !strings.EqualFold(strings.TrimSpace(last), "base64") {
		return "", nil, errors.New("data URL is not base64")
	}
	data, err = decodeBase64(strings.TrimRight(strings.TrimSpace(body), "="))
	if err != nil {
		return "", nil, err
	}
	if len(data) == 0 {
		return "", nil, errors.New("data URL without data")
	}
	return strings.TrimSpace(mediaType), data, nil
}

// decodeBase64 takes base64 without its padding, in either alphabet.
func decodeBase64(s string) ([]byte, error) {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	return enc.DecodeString(s)
}
