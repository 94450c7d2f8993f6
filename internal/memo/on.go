//go:build !openrouter_nomemo

package memo

// Enabled is whether documents are remembered at all. The build tag
// openrouter_nomemo turns it off, to measure what it brings.
const Enabled = true
