package capacity

import (
	"strconv"
	"strings"
)

// MilliCPU reads a quantity of processors in one of the two forms that a stack file may have: 250m or 2. Another form is 0.
func MilliCPU(quantity string) int {
	if milli, ok := strings.CutSuffix(quantity, "m"); ok {
		return number(milli)
	}
	return number(quantity) * 1000
}

// MebiBytes reads a quantity of memory in one of the two forms that a stack file may have: 512Mi or 2Gi. Another form is 0.
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

// number is a whole number, within what sums of it can hold.
func number(text string) int {
	n, _ := strconv.Atoi(text) // the largest there is, if it is larger
	return min(n, 1<<40)
}
