package capacity

import (
	"strconv"
	"strings"
)

// MilliCPU parses a CPU quantity in one of the two forms of a stack file: 250m or 2. Another form is 0.
func MilliCPU(quantity string) int {
	if milli, ok := strings.CutSuffix(quantity, "m"); ok {
		return number(milli)
	}
	return number(quantity) * 1000
}

// MebiBytes parses a memory quantity in one of the two forms of a stack file: 512Mi or 2Gi. Another form is 0.
func MebiBytes(quantity string) int {
	if gibi, ok := strings.CutSuffix(quantity, "Gi"); ok {
		return number(gibi) * 1024
	}
	mebi, ok := strings.CutSuffix(quantity, "Mi")
	if !ok {
		return 0
	}
	return number(mebi)
}

// number parses a whole number, bounded so that sums do not overflow.
func number(text string) int {
	n, _ := strconv.Atoi(text) // the largest int, if it overflows
	return min(n, 1<<40)
}
