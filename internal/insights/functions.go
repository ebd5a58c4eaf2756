package insights

import "math"

// function is a function's number of arguments.
type function struct {
	least, most int
	// aggregate is set if it computes one value of many events, in stats.
	aggregate bool
}

// functions are those of the language, in lower case: their case does not matter (AWS's pages write both ispresent and
// isPresent). Aggregates are from pageStats, the others from pageFunctions.
var functions = map[string]function{
	"avg": {1, 1, true}, "count": {0, 1, true}, "count_distinct": {1, 1, true}, "max": {1, 1, true}, "min": {1, 1, true},
	"pct": {2, 2, true}, "stddev": {1, 1, true}, "sum": {1, 1, true}, "earliest": {1, 1, true}, "latest": {1, 1, true},
	"sortsfirst": {1, 1, true}, "sortslast": {1, 1, true},

	"abs": {1, 1, false}, "ceil": {1, 1, false}, "floor": {1, 1, false}, "greatest": {1, math.MaxInt, false},
	"least": {1, math.MaxInt, false}, "log": {1, 1, false}, "sqrt": {1, 1, false},
	"bin": {1, 1, false}, "datefloor": {2, 2, false}, "dateceil": {2, 2, false}, "frommillis": {1, 1, false},
	"tomillis": {1, 1, false}, "now": {0, 0, false},
	"ispresent": {1, 1, false}, "coalesce": {1, math.MaxInt, false},
	"isempty": {1, 1, false}, "isblank": {1, 1, false}, "concat": {1, math.MaxInt, false}, "ltrim": {1, 2, false},
	"rtrim": {1, 2, false}, "trim": {1, 2, false}, "strlen": {1, 1, false}, "toupper": {1, 1, false}, "tolower": {1, 1, false},
	"substr": {2, 3, false}, "replace": {3, 3, false}, "strcontains": {2, 2, false},
}
