// Package hashivault registers no driver.
package hashivault
