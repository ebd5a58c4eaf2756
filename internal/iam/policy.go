// Package iam reads policies in IAM's grammar, which accepts one value wherever it accepts a list of them.
package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Document is a policy.
type Document struct {
	Version   string
	Statement Statements
}

// Parse reads a policy. What IAM refuses beyond its grammar, such as a policy without a statement, is no error.
func Parse(text string) (Document, error) {
	var d Document
	err := json.Unmarshal([]byte(text), &d)
	return d, err
}

// Statement is one of a policy.
type Statement struct {
	Sid, Effect                              string
	Principal, NotPrincipal                  Principals
	Action, NotAction, Resource, NotResource Values
	Condition                                Conditions
}

// Allows says whether it allows something, and does not deny.
func (s Statement) Allows() bool { return s.Effect == "Allow" }

// Statements are those of a policy.
type Statements []Statement

// UnmarshalJSON reads one statement or a list.
func (s *Statements) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*[]Statement)(s))
	}
	*s = make(Statements, 1)
	return json.Unmarshal(text, &(*s)[0])
}

// Values are actions, resources, principals of one kind, or what a condition compares with.
type Values []string

// UnmarshalJSON reads one value or a list. A condition may have numbers and truth values, which are words to IAM.
func (v *Values) UnmarshalJSON(text []byte) error {
	var one any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // an account's number stays as it is
	if err := decoder.Decode(&one); err != nil {
		return err
	}
	list, isList := one.([]any)
	if !isList {
		list = []any{one}
	}
	*v = nil
	for _, element := range list {
		switch element.(type) {
		case string, json.Number, bool:
			*v = append(*v, fmt.Sprint(element))
		default:
			return fmt.Errorf("%s is no text", text)
		}
	}
	return nil
}

// Principals are whom a statement is about, by kind: AWS, Service, Federated or CanonicalUser.
type Principals map[string]Values

// UnmarshalJSON reads principals by kind, or the text "*", which is the same as every principal of the kind AWS.
func (p *Principals) UnmarshalJSON(text []byte) error {
	var anybody string
	if json.Unmarshal(text, &anybody) == nil {
		*p = Principals{"AWS": {anybody}}
		return nil
	}
	return json.Unmarshal(text, (*map[string]Values)(p))
}

// All are the principals of every kind.
func (p Principals) All() []string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(p)) {
		all = append(all, p[kind]...)
	}
	return all
}

// Conditions are what has to hold: operator, key, values.
type Conditions map[string]map[string]Values
