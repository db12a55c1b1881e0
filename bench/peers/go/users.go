package main

import (
	"database/sql"
	"errors"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// What a user may see of another one, in the order of the answer's keys.
type listedUser struct {
	Email    *string `json:"email"`
	Name     *string `json:"name"`
	PublicID string  `json:"public_id"`
}

type credentials struct {
	publicID string
	password string
}

// The table of users: a pool of connections that read and one that writes, as SQLite has one writer at a time.
type users struct {
	byPublicID *sql.Stmt
	byEmail    *sql.Stmt
	everybody  *sql.Stmt
	insert     *sql.Stmt
}

func openPool(file string, connections int, txlock string) (*sql.DB, error) {
	settings := url.Values{}
	settings.Set("_journal_mode", "WAL")
	settings.Set("_synchronous", "FULL")
	settings.Set("_busy_timeout", "20000")
	settings.Set("_txlock", txlock)
	settings.Set("mode", "rw")
	pool, err := sql.Open("sqlite3", "file:"+file+"?"+settings.Encode())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func openUsers(file string, readers int) (*users, error) {
	reading, err := openPool(file, readers, "deferred")
	if err != nil {
		return nil, err
	}
	writing, err := openPool(file, 1, "immediate")
	if err != nil {
		return nil, err
	}
	u := new(users)
	for _, s := range []struct {
		made **sql.Stmt
		pool *sql.DB
		text string
	}{
		{&u.byPublicID, reading, "SELECT 1 FROM user WHERE public_id = ?"},
		{&u.byEmail, reading, "SELECT public_id, password FROM user WHERE email = ?"},
		{&u.everybody, reading, "SELECT email, name, public_id FROM user ORDER BY id"},
		{&u.insert, writing, "INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)"},
	} {
		if *s.made, err = s.pool.Prepare(s.text); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (u *users) exists(publicID string) (bool, error) {
	var one int
	err := u.byPublicID.QueryRow(publicID).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Nil if there is none.
func (u *users) find(email string) (*credentials, error) {
	var found credentials
	err := u.byEmail.QueryRow(email).Scan(&found.publicID, &found.password)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &found, err
}

// Without the request's context: go-sqlite3 would start a goroutine for each row to listen to it.
func (u *users) list() ([]listedUser, error) {
	rows, err := u.everybody.Query()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make([]listedUser, 0, 64)
	for rows.Next() {
		var one listedUser
		if err := rows.Scan(&one.Email, &one.Name, &one.PublicID); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// False if the e-mail address is taken.
func (u *users) add(publicID string, name *string, email, password string) (bool, error) {
	_, err := u.insert.Exec(publicID, name, email, password)
	var failed sqlite3.Error
	if errors.As(err, &failed) && failed.ExtendedCode == sqlite3.ErrConstraintUnique {
		return false, nil
	}
	return err == nil, err
}
