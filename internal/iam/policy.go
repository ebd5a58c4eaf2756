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

// Parse reads a policy. It checks only the grammar: a policy without a statement, which IAM refuses, is no error.
func Parse(text string) (Document, error) {
	var d Document
	err := json.Unmarshal([]byte(text), &d)
	return d, err
}

// Statement is a statement of a policy.
type Statement struct {
	Sid, Effect                              string
	Principal, NotPrincipal                  Principals
	Action, NotAction, Resource, NotResource Values
	Condition                                Conditions
}

// Allows reports whether its effect is Allow.
func (s Statement) Allows() bool { return s.Effect == "Allow" }

// Statements are the statements of a policy.
type Statements []Statement

// UnmarshalJSON reads one statement or a list.
func (s *Statements) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*[]Statement)(s))
	}
	*s = make(Statements, 1)
	return json.Unmarshal(text, &(*s)[0])
}

// Values are actions, resources, principals of one type, or the values of a condition.
type Values []string

// UnmarshalJSON reads one value or a list. IAM treats numbers and booleans in a condition as strings.
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
			return fmt.Errorf("%s is not a string", text)
		}
	}
	return nil
}

// Principals are a statement's principals, by type: AWS, Service, Federated or CanonicalUser.
type Principals map[string]Values

// UnmarshalJSON reads principals by type, or the string "*", which means every principal of the type AWS.
func (p *Principals) UnmarshalJSON(text []byte) error {
	var anybody string
	if json.Unmarshal(text, &anybody) == nil {
		*p = Principals{"AWS": {anybody}}
		return nil
	}
	return json.Unmarshal(text, (*map[string]Values)(p))
}

// All returns the principals of every type.
func (p Principals) All() []string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(p)) {
		all = append(all, p[kind]...)
	}
	return all
}

// Conditions are the conditions of a statement: operator, key, values.
type Conditions map[string]map[string]Values
