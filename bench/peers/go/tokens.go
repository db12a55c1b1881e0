package main

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt"
)

const tokenLifetime = 30 * time.Minute

var errIncomplete = errors.New("a claim is missing")

type claims struct {
	PublicID string `json:"public_id"`
	Expires  int64  `json:"exp"`
}

// Valid is asked by the parser, after the signature.
func (c *claims) Valid() error {
	if c.PublicID == "" || c.Expires == 0 {
		return errIncomplete
	}
	if time.Now().Unix() >= c.Expires {
		return jwt.ErrTokenExpired
	}
	return nil
}

// HS256 tokens. Safe for concurrent use.
type tokens struct {
	secret []byte
	parser *jwt.Parser
}

func newTokens(secret string) *tokens {
	return &tokens{secret: []byte(secret), parser: jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}))}
}

func (t *tokens) issue(publicID string) (string, error) {
	c := &claims{PublicID: publicID, Expires: time.Now().Add(tokenLifetime).Unix()}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(t.secret)
}

// The public id in it.
func (t *tokens) verify(token string) (string, error) {
	var c claims
	_, err := t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (interface{}, error) { return t.secret, nil })
	return c.PublicID, err
}
