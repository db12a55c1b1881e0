package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"
)

func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// The median CPU time of a hash, garbage collection included, as JSON.
func printHashCost(rounds string) error {
	count, err := strconv.Atoi(rounds)
	if err != nil || count < 1 {
		return fmt.Errorf("%q is no number of rounds", rounds)
	}
	hashing := newPasswords(1)
	seen := make([]float64, count)
	for i := range seen {
		began := cpuTime()
		if _, err := hashing.hash("correct horse battery staple"); err != nil {
			return err
		}
		seen[i] = (cpuTime() - began).Seconds() * 1000
	}
	sort.Float64s(seen)
	_, err = fmt.Fprintf(os.Stdout, "{\"engine\":\"x/crypto/argon2\",\"cpu_ms\":%.3f}\n", seen[count/2])
	return err
}
