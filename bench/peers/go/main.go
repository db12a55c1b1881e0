// The tutorial's API on net/http. DATABASE, SECRET and PORT come from the environment; GOMAXPROCS says how many
// processors it may use.
package main

import (
	"log"
	"net/http"
	"os"
	"runtime"
	"time"
)

func main() {
	processors := runtime.GOMAXPROCS(0)
	users, err := openUsers(os.Getenv("DATABASE"), processors)
	if err != nil {
		log.Fatal(err)
	}
	a := &api{users: users, passwords: newPasswords(processors), tokens: newTokens(os.Getenv("SECRET"))}
	server := &http.Server{
		Addr:              "127.0.0.1:" + os.Getenv("PORT"),
		Handler:           a.handler(),
		ReadHeaderTimeout: time.Minute,
		IdleTimeout:       5 * time.Minute,
	}
	log.Fatal(server.ListenAndServe())
}
