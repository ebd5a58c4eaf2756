// Package azureblob registers no driver.
package azureblob
