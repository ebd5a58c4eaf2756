package cloud

// quotas are the default limits that a platform of this size can meet, from Service Quotas. An account that has been
// given more is refused here all the same.
var quotas = []struct {
	typ string
	// per is the input that groups what is counted; empty for all of a region, or of the account.
	per   string
	limit int
	// weight is what one counts for; nil for 1.
	weight func(e *Entry) int
}{
	{typeIngress, "securityGroupId", 60, prefixListWeight},
	{typeEgress, "securityGroupId", 60, prefixListWeight},
	{typeRoleGrant, "role", 10, nil},
	{typeRole, "", 1000, nil},
	{typeIamPolicy, "", 1500, nil},
	{typeProfile, "", 1000, nil},
	{typeSubnet, "vpcId", 200, nil},
	{typeBalancer, "", 50, nil},
	{typeListener, "loadBalancerArn", 50, nil},
	{typeListenerRule, "listenerArn", 100, nil},
	{typeTargetGroup, "", 3000, nil},
	{typeScalingGroup, "", 500, nil},
	{typeCachePolicy, "", 20, nil},
	{typeOriginRequest, "", 20, nil},
	{typeHeadersPolicy, "", 20, nil},
	{typeLogPolicy, "", 10, nil},
	{typeBucket, "", 10_000, nil},
	{typeDatabase, "", 40, nil},
	{typeParameters, "", 50, nil},
	{typePodIdentity, "clusterName", 5000, nil},
	{typePipeline, "", 1000, nil},
	{typeApplication, "", 1000, nil},
	{typeEventRule, "", 300, nil}, // of the default event bus, the only one there is
	{typeEventTarget, "rule", 5, nil},
}

// refuseQuota says which quota one more would exceed.
func (p *Provider) refuseQuota(e *Entry) error {
	for _, quota := range quotas {
		if quota.typ != e.Type {
			continue
		}
		weigh := func(e *Entry) int {
			if quota.weight == nil {
				return 1
			}
			return quota.weight(e)
		}
		count, group := weigh(e), p.record.index[byGroup(e, quota.per)]
		if quota.weight == nil {
			count += len(group)
		} else {
			for _, other := range group {
				count += weigh(other)
			}
		}
		if count > quota.limit {
			return e.refusal("LimitExceeded: %s would have %d, the quota is %d", orElse(e.in().text(quota.per), "the account"), count, quota.limit)
		}
	}
	return nil
}

// prefixListWeight counts a rule as the entries that the prefix list in it may have.
func prefixListWeight(e *Entry) int {
	for _, list := range managedPrefixLists {
		if e.in().text("prefixListId") == prefixListID(e.Region, list.name) {
			return list.weight
		}
	}
	return 1
}
