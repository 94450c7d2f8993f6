package values_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestMessageConstructors(t *testing.T) {
	image := openrouter.ImagePart("https://example.com/a.png")
	for name, tc := range map[string]struct{ got, want openrouter.Message }{
		"system": {
			openrouter.SystemMessage("be brief"),
			openrouter.Message{Role: "system", Content: openrouter.Text("be brief")},
		},
		"developer": {
			openrouter.DeveloperMessage("be brief"),
			openrouter.Message{Role: "developer", Content: openrouter.Text("be brief")},
		},
		"assistant": {
			openrouter.AssistantMessage("hi"),
			openrouter.Message{Role: "assistant", Content: openrouter.Text("hi")},
		},
		"tool": {
			openrouter.ToolMessage("call_1", "rain"),
			openrouter.Message{Role: "tool", ToolCallID: "call_1", Content: openrouter.Text("rain")},
		},
		"tool without output keeps its content": {
			openrouter.ToolMessage("call_1", ""),
			openrouter.Message{Role: "tool", ToolCallID: "call_1", Content: openrouter.Text("")},
		},
		"user": {
			openrouter.UserMessage("hi"),
			openrouter.Message{Role: "user", Content: openrouter.Text("hi")},
		},
		"user: text before parts": {
			openrouter.UserMessage("hi", image),
			openrouter.Message{Role: "user", Content: []openrouter.Part{openrouter.TextPart("hi"), image}},
		},
		"user: parts only": {
			openrouter.UserMessage("", image, openrouter.TextPart("hi")),
			openrouter.Message{Role: "user", Content: []openrouter.Part{image, openrouter.TextPart("hi")}},
		},
		"user: nothing": {
			openrouter.UserMessage(""),
			openrouter.Message{Role: "user", Content: openrouter.Text("")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, tc.got)
		})
	}
}

func TestUserMessageDoesNotKeepTheList(t *testing.T) {
	parts := []openrouter.Part{openrouter.TextPart("a"), openrouter.TextPart("b")}
	m := openrouter.UserMessage("", parts...)
	parts[0].Text = "changed"
	assert.Equal(t, "ab", m.Text())
}

func TestMessageText(t *testing.T) {
	assert.Empty(t, openrouter.Message{}.Text())
	assert.Equal(t, "hi", openrouter.UserMessage("hi").Text())
	assert.Equal(t, "ab", openrouter.UserMessage("a",
		openrouter.ImagePart("https://example.com/a.png"),
		openrouter.TextPart("b"),
		openrouter.Part{Type: "hologram", Text: "c"},
	).Text())
}

func TestFunctionCallUnmarshal(t *testing.T) {
	type args struct {
		City string `json:"city"`
	}
	for name, tc := range map[string]struct {
		call openrouter.FunctionCall
		want string
	}{
		"object":               {openrouter.FunctionCall{Arguments: `{"city":"Oslo"}`}, "Oslo"},
		"trailing white space": {openrouter.FunctionCall{Arguments: "{\"city\":\"Oslo\"} \n\t\u00a0"}, "Oslo"},
		"missing":              {openrouter.FunctionCall{}, ""},
		"white space":          {openrouter.FunctionCall{Arguments: " \n"}, ""},
		"sent as an object":    {openrouter.FunctionCall{Extra: map[string]any{"arguments": json.RawMessage(`{"city":"Oslo"}`)}}, "Oslo"},
	} {
		t.Run(name, func(t *testing.T) {
			var got args
			require.NoError(t, tc.call.Unmarshal(&got))
			assert.Equal(t, tc.want, got.City)
		})
	}
}

func TestFunctionCallUnmarshalErrorsNameTheFunction(t *testing.T) {
	for name, arguments := range map[string]string{
		"broken":      `{"city":`,
		"two objects": `{}{"city":"Oslo"}`,
		"wrong type":  `{"city":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			var got struct {
				City string `json:"city"`
			}
			err := openrouter.FunctionCall{Name: "get_weather", Arguments: arguments}.Unmarshal(&got)
			require.ErrorContains(t, err, `openrouter: arguments of function "get_weather": `)
		})
	}
	var syntax *json.SyntaxError
	err := openrouter.FunctionCall{Arguments: "{"}.Unmarshal(new(any))
	assert.ErrorAs(t, err, &syntax)
}

func TestPartConstructors(t *testing.T) {
	data := []byte{0xfb, 0xff, 0x00}
	for name, tc := range map[string]struct{ got, want openrouter.Part }{
		"text": {
			openrouter.TextPart("hi"),
			openrouter.Part{Type: "text", Text: "hi"},
		},
		"image": {
			openrouter.ImagePart("https://example.com/a.png"),
			openrouter.Part{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: "https://example.com/a.png"}},
		},
		"image data": {
			openrouter.ImageDataPart("image/png", data),
			openrouter.Part{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: "data:image/png;base64,+/8A"}},
		},
		"audio": {
			openrouter.AudioPart("wav", data),
			openrouter.Part{Type: "input_audio", InputAudio: &openrouter.InputAudio{Data: "+/8A", Format: "wav"}},
		},
		"file": {
			openrouter.FilePart("a.pdf", "https://example.com/a.pdf"),
			openrouter.Part{Type: "file", File: &openrouter.File{Filename: "a.pdf", FileData: "https://example.com/a.pdf"}},
		},
		"file data": {
			openrouter.FileDataPart("a.pdf", "application/pdf", data),
			openrouter.Part{Type: "file", File: &openrouter.File{Filename: "a.pdf", FileData: "data:application/pdf;base64,+/8A"}},
		},
		"video": {
			openrouter.VideoPart("https://example.com/a.mp4"),
			openrouter.Part{Type: "video_url", VideoURL: &openrouter.VideoURL{URL: "https://example.com/a.mp4"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, tc.got)
		})
	}
	assert.Equal(t, []openrouter.Part{openrouter.TextPart("hi")}, openrouter.Text("hi"))
}

func TestPartCachedLeavesTheOriginalAlone(t *testing.T) {
	part := openrouter.TextPart("long")
	cached := part.Cached()
	require.NotNil(t, cached.CacheControl)
	assert.EqualValues(t, "ephemeral", cached.CacheControl.Type)
	assert.Empty(t, cached.CacheControl.TTL)
	assert.Equal(t, "long", cached.Text)
	assert.Nil(t, part.CacheControl)
}

func TestImageData(t *testing.T) {
	for name, tc := range map[string]struct {
		url, mediaType string
		want           []byte
	}{
		"usual":             {"data:image/png;base64,+/8A", "image/png", []byte{0xfb, 0xff, 0}},
		"padded":            {"data:image/png;base64,QQ==", "image/png", []byte("A")},
		"padding missing":   {"data:image/png;base64,QQ", "image/png", []byte("A")},
		"URL alphabet":      {"data:image/png;base64,-_8A", "image/png", []byte{0xfb, 0xff, 0}},
		"line breaks":       {"data:image/png;base64,QU\r\nE=\n", "image/png", []byte("AA")},
		"parameters":        {"data:image/png;name=a.png;base64,QQ==", "image/png", []byte("A")},
		"upper case":        {"DATA:image/png;BASE64,QQ==", "image/png", []byte("A")},
		"without mediatype": {"data:;base64,QQ==", "", []byte("A")},
	} {
		t.Run(name, func(t *testing.T) {
			image := openrouter.Image{ImageURL: &openrouter.ImageURL{URL: tc.url}}
			mediaType, data, err := image.Data()
			require.NoError(t, err)
			assert.Equal(t, tc.mediaType, mediaType)
			assert.Equal(t, tc.want, data)
		})
	}
}

func TestImageDataOfABareAddress(t *testing.T) {
	image := openrouter.Image{Extra: map[string]any{"": json.RawMessage(`"data:image/gif;base64,QQ=="`)}}
	mediaType, data, err := image.Data()
	require.NoError(t, err)
	assert.Equal(t, "image/gif", mediaType)
	assert.Equal(t, []byte("A"), data)
}

func TestImageDataErrorsSayWhatIsWrongAndQuoteNothing(t *testing.T) {
	for name, tc := range map[string]struct{ url, want string }{
		"nothing":     {"", "no URL"},
		"link":        {"https://example.com/SECRET.png", "not a data URL"},
		"no comma":    {"data:image/png;base64SECRET", "without a comma"},
		"not base64":  {"data:image/svg+xml,SECRET", "not base64"},
		"bad base64":  {"data:image/png;base64,SECRET!!", "illegal base64"},
		"empty":       {"data:image/png;base64,", "without data"},
		"short":       {"dat", "not a data URL"},
		"other param": {"data:image/png;base64;name=SECRET,QQ==", "not base64"},
	} {
		t.Run(name, func(t *testing.T) {
			image := openrouter.Image{ImageURL: &openrouter.ImageURL{URL: tc.url}}
			mediaType, data, err := image.Data()
			require.ErrorContains(t, err, tc.want)
			assert.True(t, strings.HasPrefix(err.Error(), "openrouter: "))
			assert.NotContains(t, err.Error(), "SECRET")
			assert.Empty(t, mediaType)
			assert.Nil(t, data)
		})
	}
	_, _, err := openrouter.Image{}.Data()
	require.ErrorContains(t, err, "no URL")
}

func TestAudioBytes(t *testing.T) {
	whole := base64.StdEncoding.EncodeToString([]byte("ab"))
	for name, data := range map[string]string{
		"whole":                         whole,
		"fragments padded on their own": "YQ==Yg==",
		"padding missing":               strings.TrimRight(whole, "="),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := (&openrouter.Audio{Data: data}).Bytes()
			require.NoError(t, err)
			assert.Equal(t, "ab", string(got))
		})
	}
}

func TestAudioBytesWithoutData(t *testing.T) {
	for name, audio := range map[string]*openrouter.Audio{
		"nil":          nil,
		"empty":        {ID: "a"},
		"only padding": {Data: "=="},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := audio.Bytes()
			require.ErrorContains(t, err, "no data")
		})
	}
	_, err := (&openrouter.Audio{Data: "SECRET!!"}).Bytes()
	require.ErrorContains(t, err, "illegal base64")
	assert.NotContains(t, err.Error(), "SECRET")
}
