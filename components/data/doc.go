// Package data holds what keeps the customers' documents and what is known of them: buckets, queues, the database and the
// search domain.
package data
