// Package operations holds what people run the platform with: whom it notifies and of what, dashboards, backups, the budget.
package operations
