package openrouter

import "strconv"

// Decimal is an exact decimal number as text, such as a price: "0.00000125".
// It is sent as a string; one that was received as a number stays a number.
type Decimal string

// Float64 returns the nearest float.
func (d Decimal) Float64() (float64, error) { return strconv.ParseFloat(string(d), 64) }
