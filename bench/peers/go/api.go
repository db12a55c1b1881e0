package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"sync"
)

const (
	textType    = "text/html; charset=utf-8"
	jsonType    = "application/json"
	mostForm    = 1 << 20
	tokenHeader = "x-access-token"
)

type api struct {
	users     *users
	passwords *passwords
	tokens    *tokens
}

func (a *api) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/signup", only(http.MethodPost, a.signUp))
	mux.HandleFunc("/login", only(http.MethodPost, a.logIn))
	mux.HandleFunc("/user", only(http.MethodGet, a.signedIn(a.listUsers)))
	mux.HandleFunc("/health/live", only(http.MethodGet, live))
	return mux
}

func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if q.Method != method {
			w.Header().Set("Allow", method)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		next(w, q)
	}
}

var buffers = sync.Pool{New: func() interface{} { return new(bytes.Buffer) }}

func sendJSON(w http.ResponseWriter, status int, value interface{}) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", jsonType)
	w.Header().Set("Content-Length", strconv.Itoa(buffer.Len()))
	w.WriteHeader(status)
	w.Write(buffer.Bytes())
}

func sendText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", textType)
	w.WriteHeader(status)
	w.Write([]byte(text))
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	sendText(w, http.StatusInternalServerError, "Internal error")
}

func couldNotVerify(w http.ResponseWriter, status int, why string) {
	w.Header().Set("WWW-Authenticate", `Basic realm ="`+why+`"`)
	sendText(w, status, "Could not verify")
}

type message struct {
	Message string `json:"message"`
}

func (a *api) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		token := q.Header.Get(tokenHeader)
		if token == "" {
			sendJSON(w, http.StatusUnauthorized, message{"Token is missing !!"})
			return
		}
		publicID, err := a.tokens.verify(token)
		if err != nil {
			sendJSON(w, http.StatusUnauthorized, message{"Token is invalid !!"})
			return
		}
		known, err := a.users.exists(publicID)
		if err != nil {
			fail(w, err)
			return
		}
		if !known {
			sendJSON(w, http.StatusUnauthorized, message{"Token is invalid !!"})
			return
		}
		next(w, q)
	}
}

func (a *api) listUsers(w http.ResponseWriter, _ *http.Request) {
	all, err := a.users.list()
	if err != nil {
		fail(w, err)
		return
	}
	sendJSON(w, http.StatusOK, struct {
		Users []listedUser `json:"users"`
	}{all})
}

func (a *api) logIn(w http.ResponseWriter, q *http.Request) {
	q.Body = http.MaxBytesReader(w, q.Body, mostForm)
	email, password := q.PostFormValue("email"), q.PostFormValue("password")
	if email == "" || password == "" {
		couldNotVerify(w, http.StatusUnauthorized, "Login required !!")
		return
	}
	user, err := a.users.find(email)
	if err != nil {
		fail(w, err)
		return
	}
	if user == nil {
		couldNotVerify(w, http.StatusUnauthorized, "User does not exist !!")
		return
	}
	if right, err := a.passwords.verify(password, user.password); err != nil || !right {
		couldNotVerify(w, http.StatusForbidden, "Wrong Password !!")
		return
	}
	token, err := a.tokens.issue(user.publicID)
	if err != nil {
		fail(w, err)
		return
	}
	sendJSON(w, http.StatusCreated, struct {
		Token string `json:"token"`
	}{token})
}

func (a *api) signUp(w http.ResponseWriter, q *http.Request) {
	q.Body = http.MaxBytesReader(w, q.Body, mostForm)
	email, password := q.PostFormValue("email"), q.PostFormValue("password")
	if email == "" || password == "" {
		sendText(w, http.StatusBadRequest, "An e-mail address and a password are needed.")
		return
	}
	added, err := a.register(optional(q, "name"), email, password)
	switch {
	case err != nil:
		fail(w, err)
	case added:
		sendText(w, http.StatusCreated, "Successfully registered.")
	default:
		sendText(w, http.StatusAccepted, "User already exists. Please Log in.")
	}
}

func (a *api) register(name *string, email, password string) (bool, error) {
	known, err := a.users.find(email)
	if err != nil || known != nil {
		return false, err
	}
	hash, err := a.passwords.hash(password)
	if err != nil {
		return false, err
	}
	publicID, err := newPublicID()
	if err != nil {
		return false, err
	}
	return a.users.add(publicID, name, email, hash)
}

func optional(q *http.Request, field string) *string {
	values := q.PostForm[field]
	if len(values) == 0 {
		return nil
	}
	return &values[0]
}

// A random UUID.
func newPublicID() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

func live(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}
