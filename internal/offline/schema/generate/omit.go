package main

// omitted are properties that the table leaves out, by package directory and name: using one is refused as an unknown
// property. Only statements that narrow others are here: WAF repeats the whole language of conditions inside each of these, level by
// level, for shapes that would be more than the rest of the table and that nothing uses. The SDK has one shape for all levels of "and",
// "or" and "not".
var omitted = map[string]map[string]bool{
	"aws:wafv2": {
		"scopeDownStatement": true, // which requests a rate or a managed group looks at
	},
}
