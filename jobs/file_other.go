//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package jobs

import "os"

func openLocked(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
}

func syncDir(string) error { return nil }
