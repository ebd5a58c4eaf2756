package kit

// RecoveryDays is how long a deleted secret can be recovered; its name stays taken until then. Where nothing is protected
// it goes at once, so that the stack can be made again.
func RecoveryDays(protect bool) int {
	if protect {
		return 30
	}
	return 0
}
