package main

// omitted are properties that the table leaves out, by package directory and name: using one is refused as an unknown
// property. Only what nests statements into statements is here: WAF repeats the whole language of conditions inside
// each of these, level by level, for shapes that would be more than the rest of the table and that nothing uses.
var omitted = map[string]map[string]bool{
	"aws:wafv2": {
		"andStatement":       true, // all of several statements
		"orStatement":        true, // any of several statements
		"notStatement":       true, // a statement turned round
		"scopeDownStatement": true, // which requests a rate or a managed group looks at
	},
}
