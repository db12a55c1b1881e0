// The tutorial's API on net/http. DATABASE, SECRET and PORT come from the environment; GOMAXPROCS says how many
// processors it may use. With the argument -hash-cost=ROUNDS it only measures a hash.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"runtime"
	"time"
)

func main() {
	rounds := flag.String("hash-cost", "", "only print what a hash costs, the median of so many")
	flag.Parse()
	if *rounds != "" {
		if err := printHashCost(*rounds); err != nil {
			log.Fatal(err)
		}
		return
	}
	serve()
}

func serve() {
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
