//go:build openrouter_nomemo

package memo

// Enabled is whether documents are remembered at all.
const Enabled = false
