package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

const (
	memoryKiB = 19456
	passes    = 2
	lanes     = 1
	saltBytes = 16
	tagBytes  = 32
	phcFormat = "$argon2id$v=%d$m=%d,t=%d,p=%d"
)

var phcBase64 = base64.RawStdEncoding
var errNotArgon2id = errors.New("not an Argon2id hash")

// Argon2id as PHC strings. No more are made at once than there are processors: each takes 19 MiB.
type passwords struct {
	places chan struct{}
}

func newPasswords(atOnce int) *passwords {
	return &passwords{places: make(chan struct{}, atOnce)}
}

func (p *passwords) derive(password string, salt []byte, t, m uint32, threads uint8, length uint32) []byte {
	p.places <- struct{}{}
	defer func() { <-p.places }()
	return argon2.IDKey([]byte(password), salt, t, m, threads, length)
}

func (p *passwords) hash(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	tag := p.derive(password, salt, passes, memoryKiB, lanes, tagBytes)
	head := fmt.Sprintf(phcFormat, argon2.Version, memoryKiB, passes, lanes)
	return head + "$" + phcBase64.EncodeToString(salt) + "$" + phcBase64.EncodeToString(tag), nil
}

func (p *passwords) verify(password, phc string) (bool, error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errNotArgon2id
	}
	var version int
	var m, t uint32
	var threads uint8
	if _, err := fmt.Sscanf(strings.Join(parts[:4], "$"), phcFormat, &version, &m, &t, &threads); err != nil {
		return false, err
	}
	salt, err := phcBase64.DecodeString(parts[4])
	if err != nil {
		return false, err
	}
	tag, err := phcBase64.DecodeString(parts[5])
	if err != nil || version != argon2.Version || len(tag) == 0 {
		return false, errNotArgon2id
	}
	made := p.derive(password, salt, t, m, threads, uint32(len(tag)))
	return subtle.ConstantTimeCompare(made, tag) == 1, nil
}
