package schema_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
)

// bound returns the value of a keyword in a tag, and all of them of an enum.
func bound(tag, keyword string) (values []string) {
	for _, element := range strings.Split(strings.ReplaceAll(tag, `\,`, "\x00"), ",") {
		if name, value, ok := strings.Cut(element, "="); ok && name == keyword {
			values = append(values, strings.ReplaceAll(value, "\x00", ","))
		}
	}
	return values
}

func number(tag, keyword string, otherwise float64) float64 {
	for _, value := range bound(tag, keyword) {
		otherwise, _ = strconv.ParseFloat(value, 64)
	}
	return otherwise
}

// fill sets v to a random value that the tag jsonschema of its field allows. Slices and maps are not nil,
// which is null in JSON.
func fill(r *rand.Rand, v reflect.Value, tag string, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		zone := time.FixedZone("", 60*(r.IntN(1680)-840))
		*p = time.Unix(r.Int64N(1<<36)-1<<35, r.Int64N(1e9)).In(zone).Truncate([]time.Duration{1, time.Millisecond, time.Second}[r.IntN(3)])
		return
	case *big.Int:
		p.Lsh(big.NewInt(r.Int64()-1<<62), uint(r.IntN(200)))
		return
	case *json.Number:
		*p = json.Number(strconv.FormatFloat(r.NormFloat64(), 'g', -1, 64))
		return
	case *json.RawMessage:
		*p, _ = json.Marshal(anyJSON(r, depth))
		return
	case *netip.Addr:
		*p = netip.AddrFrom4([4]byte{byte(r.Int()), 2, 3, 4})
		return
	case *celsius:
		*p = celsius(-273.15 + math.Abs(r.NormFloat64()*1000))
		return
	case *openrouter.Part:
		*p = []openrouter.Part{
			openrouter.TextPart(randomText(r, 0, 9)), openrouter.ImagePart("https://example.com/a.png"),
			openrouter.FilePart("a.pdf", "https://example.com/a.pdf").Cached(),
		}[r.IntN(3)]
		return
	}
	if values := bound(tag, "enum"); len(values) > 0 && v.Kind() != reflect.Slice {
		value := values[r.IntN(len(values))]
		if v.Kind() == reflect.String {
			v.SetString(value)
			return
		}
		n, _ := strconv.ParseInt(value, 10, 64)
		v.SetInt(n)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		bits := v.Type().Bits()
		n := r.Int64() >> r.IntN(64) & (1<<(bits-1) - 1)
		if r.IntN(2) == 0 {
			n = -n - 1
		}
		least, most := number(tag, "minimum", math.Inf(-1)), number(tag, "maximum", math.Inf(1))
		if !math.IsInf(most, 1) {
			n = int64(least) + r.Int64N(int64(most-least)+1)
		}
		if by := int64(number(tag, "multipleOf", 0)); by > 0 {
			n = by * (1 + r.Int64N(1000)) // the one field with it is above 0
		}
		if strings.HasSuffix(tag, ",required") && n == 0 {
			n = 1 // its 0 is left out
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32:
		v.SetFloat(float64(float32(r.NormFloat64())))
	case reflect.Float64:
		v.SetFloat([]float64{r.NormFloat64(), r.NormFloat64() * 1e300, r.Float64() / 1e300, math.MaxFloat64, 0}[r.IntN(5)])
		if most := number(tag, "maximum", math.Inf(1)); !math.IsInf(most, 1) {
			v.SetFloat(r.Float64() * most)
		}
	case reflect.String:
		v.SetString(randomText(r, int(number(tag, "minLength", 0)), int(number(tag, "maxLength", 9))))
		for _, pattern := range bound(tag, "pattern") {
			v.SetString(matching(r, pattern))
		}
	case reflect.Interface:
		if value := anyJSON(r, depth); value != nil {
			v.Set(reflect.ValueOf(value))
		}
	case reflect.Pointer:
		if depth > 6 || tag == "nullable" && r.IntN(2) == 0 { // only a member, which is optional
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), tag, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(r, f, v.Type().Field(i).Tag.Get("jsonschema"), depth)
			} else if f.Kind() == reflect.Struct {
				for j := range f.NumField() {
					if f.Field(j).CanSet() {
						fill(r, f.Field(j), f.Type().Field(j).Tag.Get("jsonschema"), depth)
					}
				}
			}
		}
	case reflect.Slice:
		least, most := int(number(tag, "minItems", 0)), int(number(tag, "maxItems", 2))
		n := least + r.IntN(most-least+1)
		if depth > 3 {
			n = least
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(r, v.Index(i), tag, depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), tag, depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			if depth > 3 {
				break
			}
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, "", depth+1)
			fill(r, elem, "", depth+1)
			if elem.Kind() == reflect.Pointer && elem.IsNil() {
				continue
			}
			v.SetMapIndex(key, elem)
		}
	}
}

// randomText returns a text of least to most characters.
func randomText(r *rand.Rand, least, most int) string {
	const letters = "ab Zö\"\\<>&\n\t\x00\x7f/'世\u2028\ufffd🌍"
	var b strings.Builder
	for range least + r.IntN(most-least+1) {
		n := r.IntN(utf8.RuneCountInString(letters))
		b.WriteRune([]rune(letters)[n])
	}
	return b.String()
}

// anyJSON returns what encoding/json decodes some JSON to.
func anyJSON(r *rand.Rand, depth int) any {
	n := r.IntN(7)
	if depth > 4 {
		n = r.IntN(5)
	}
	switch n {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return float64(r.IntN(100))
	case 3:
		return r.NormFloat64()
	case 4:
		return randomText(r, 0, 5)
	case 5:
		return []any{anyJSON(r, depth+1), anyJSON(r, depth+1)}
	}
	return map[string]any{randomText(r, 0, 3): anyJSON(r, depth+1), fmt.Sprint(r.Int()): anyJSON(r, depth+1)}
}
