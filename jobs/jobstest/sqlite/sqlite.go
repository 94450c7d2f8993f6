// Package sqlite is an example to copy: a jobs.Store with its results in a table of SQLite.
package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"

	_ "modernc.org/sqlite" // the driver

	"github.com/openrouter-go/openrouter/jobs"
)

// Store keeps results in a table, a row for each key.
type Store struct{ *sql.DB }

// Open opens or creates a database.
func Open(path string) (Store, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err == nil {
		_, err = db.Exec(`CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, result TEXT) WITHOUT ROWID`)
	}
	return Store{db}, err
}

// Put implements jobs.Store. One statement is one transaction.
func (s Store) Put(ctx context.Context, results ...jobs.Result) error {
	data, err := json.Marshal(results)
	if err == nil {
		_, err = s.ExecContext(ctx, `REPLACE INTO results SELECT value->'key', value FROM json_each(?) WHERE type = 'object'`, string(data))
	}
	return err
}

// Done implements jobs.Store.
func (s Store) Done(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s.Results(ctx)(func(r jobs.Result, err error) bool { return err == nil && r.Pending() || yield(r.Key, err) })
	}
}

// Results implements jobs.Store. No cursor stays open, so the loop may take any time.
func (s Store) Results(ctx context.Context) iter.Seq2[jobs.Result, error] {
	return func(yield func(jobs.Result, error) bool) {
		for key, more := "", true; more; {
			var r row
			err := s.QueryRowContext(ctx, `SELECT key, result FROM results WHERE key > ? ORDER BY key LIMIT 1`, key).Scan(&key, &r)
			more = err != sql.ErrNoRows && yield(r.Result, err) && err == nil
		}
	}
}

// row reads the JSON of a result.
type row struct{ jobs.Result }

func (r *row) Scan(v any) error { return json.Unmarshal([]byte(v.(string)), &r.Result) }
