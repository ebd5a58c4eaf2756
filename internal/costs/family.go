package costs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// units is how many times a size is the size large; 0 of what is smaller, whose price and machine follow no rule.
func units(size string) float64 {
	switch size {
	case "large":
		return 1
	case "xlarge":
		return 2
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, "xlarge"))
	if err != nil || !strings.HasSuffix(size, "xlarge") || n < 2 {
		return 0
	}
	return 2 * float64(n)
}

// relative finds an instance type of the same family in a table, such as m7g.large for m7g.4xlarge, and how many times as
// large the asked for is. From large on, AWS gives a family processors, memory and price by its size.
func relative[K ~string, V any](table map[K]V, item K) (_ K, factor float64, _ bool) {
	if _, is := table[item]; is {
		return item, 1, true
	}
	parts := strings.Split(string(item), ".")
	at := slices.IndexFunc(parts, func(part string) bool { return units(part) > 0 })
	if at < 0 {
		return "", 0, false
	}
	wanted := units(parts[at])
	for _, size := range []string{"large", "xlarge"} {
		parts[at] = size
		other := K(strings.Join(parts, "."))
		if _, is := table[other]; is {
			return other, wanted / units(size), true
		}
	}
	return "", 0, false
}

// priceOf is the price of an item, or what follows from that of a relative.
func priceOf(item string) (Price, bool) {
	other, factor, known := relative(prices, item)
	price := prices[other]
	if known && factor != 1 {
		price.USD *= factor
		price.Source = fmt.Sprintf("%g times the price of %s: prices of a family follow the size", factor, other)
	}
	return price, known
}
