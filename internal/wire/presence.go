package wire

// Form is how a member stands in a document where its Go value alone does not tell.
type Form uint8

const (
	// Plain is the form the encoder would choose by itself.
	Plain Form = iota
	// Absent, Null and Zero are the three spellings of a value that is zero in Go.
	Absent
	Null
	Zero
)

// Got is what a read found. The first values equal the forms they lead to.
type Got uint8

const (
	// Value is a value that is not zero, spelled the way the encoder writes it.
	Value Got = iota
	_
	GotNull
	GotZero
	// GotOther is a value that is not zero in its second spelling.
	GotOther
	// Inexact is a float whose digits the field cannot repeat: the nearest float is set and the digits go to Extra.
	Inexact
	// Wrong is a value of another JSON type, or a number outside the field's range: it goes to Extra whole.
	Wrong
)

// FormOf is the form to remember for what was found, in a member that the encoder by default writes as dflt when it is zero.
//
// A second spelling (a list where a string would do, a float's own digits) is remembered as dflt itself,
// which says nothing else, and nothing at all of a value that has become zero.
func FormOf(got Got, dflt Form) Form { return forms[got&7][dflt&3] }

// forms[got][dflt], dflt one of Plain (which makes nothing plain but a value), Absent, Null and Zero.
var forms = [8][4]Form{
	GotNull:  {Null, Null, Plain, Null},
	GotZero:  {Zero, Zero, Zero, Plain},
	GotOther: {Plain, Absent, Null, Zero},
	Inexact:  {Plain, Absent, Null, Zero},
	Wrong:    {Absent, Plain, Absent, Absent},
}

// Slots of a Presence that stand for the object itself, not a member. A mark in one is Zero.
const (
	// Long marks an object that could be spelled as a scalar and was not.
	Long = 30
	// Bare marks a value that is not an object at all; it is kept in Extra under the empty name.
	Bare = 31
)

// Numbers are the exact decimals of an object that were numbers, by member. One that has changed since is written as a string, which is usual.
type Numbers map[int]string

// Presence holds the forms of up to 30 members, two bits each. Zero: every member is plain.
type Presence uint64

// Form returns the form of member i.
func (p Presence) Form(i int) Form { return Form(p>>(2*uint(i))) & 3 }

// Set remembers the form of member i.
func (p *Presence) Set(i int, f Form) {
	s := 2 * uint(i)
	*p = *p&^(3<<s) | Presence(f)<<s
}

// WidePresence holds the forms of up to 64 members.
type WidePresence [2]uint64

// Form returns the form of member i.
func (p *WidePresence) Form(i int) Form { return Form(p[i>>5]>>(2*uint(i&31))) & 3 }

// Set remembers the form of member i.
func (p *WidePresence) Set(i int, f Form) {
	s := 2 * uint(i&31)
	p[i>>5] = p[i>>5]&^(3<<s) | uint64(f)<<s
}
