// Package azurekeyvault registers no driver.
package azurekeyvault
