package kit

// RecoveryDays is how long a secret that is deleted can be taken back, and its name is not free. Where nothing is protected
// it goes at once, so that the stack can be made again.
func RecoveryDays(protect bool) int {
	if protect {
		return 30
	}
	return 0
}
