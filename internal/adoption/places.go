package adoption

import (
	"fmt"
	"strings"
)

// Place is a resource of the program for which one that exists can be given.
type Place struct {
	// Name is the resource's, as in its URN.
	Name string
	*Kind
	// Region is the one that it has to be in.
	Region string
}

// Never are the beginnings of names that people expect to be adoptable and that are not, with the reason.
var Never = map[string]string{
	"eks":               "a cluster cannot be taken over: role, bootstrap, key and network of a cluster never change, and pulumi-eks, which makes it here, takes no existing one",
	"domain":            "the zone is no resource of the program, and is used as it is: write its id into legops:domain.hostedZoneId",
	"network-nat":       "a NAT gateway is made anew: it holds nothing, and its present address stays with the one that exists",
	"network-internet":  "the internet gateway of the VPC comes along with network-vpc",
	"storage-logs":      "the platform keeps its logs in a bucket of its own",
	"storage-artifacts": "the platform keeps its artifacts in a bucket of its own",
}

// WhyNever says why a name cannot be adopted; empty of one of which nothing special is known.
func WhyNever(name string) string {
	for begins, why := range Never {
		if name == begins || strings.HasPrefix(name, begins+"-") {
			return why
		}
	}
	return ""
}

// Mistake is what is wrong with an id in a place of an account, and what to do; both are empty if it may be right.
func (p Place) Mistake(account, id string) (rule, fix string) {
	example := fmt.Sprintf("write the id of a %s, such as %s", p.What, p.Example)
	if at, is := locate(id); is {
		switch {
		case at.account != "" && at.account != account:
			return fmt.Sprintf("is in account %s, not in this one, %s", at.account, account), "choose a resource of the stack's own account"
		case at.region != "" && at.region != p.Region:
			return fmt.Sprintf("is in %s, and has to be in %s", at.region, p.Region), "choose one in that region, or leave the name out: the program then makes one"
		}
	}
	if p.Form.MatchString(id) {
		return p.reserved(id)
	}
	for _, other := range Kinds {
		if other != p.Kind && other.Telling && other.Form.MatchString(id) {
			return fmt.Sprintf("is the id of a %s, not of a %s", other.What, p.What), example
		}
	}
	if strings.HasPrefix(id, "arn:") {
		return fmt.Sprintf("is an ARN, and a %s is named by its id alone", p.What), example
	}
	return fmt.Sprintf("is no id of a %s", p.What), example
}

// reserved refuses what AWS itself made.
func (p Place) reserved(id string) (rule, fix string) {
	switch {
	case p.Kind == SubnetGroup && id == "default":
		return "is AWS's own group", "make a group of your own in the VPC, move the database there, then adopt that"
	case p.Kind == ParameterGroup && strings.HasPrefix(id, "default"):
		return "is AWS's own group, which nobody can change", "leave the name out: the program makes a group and gives it to the database"
	}
	return "", ""
}

// location is where an id says that a resource is; parts that it does not say are empty.
type location struct{ region, account string }

// locate reads an ARN or the address of a queue.
func locate(id string) (location, bool) {
	if parts := strings.SplitN(id, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return location{parts[3], parts[4]}, true
	}
	if host, path, is := strings.Cut(strings.TrimPrefix(id, "https://sqs."), ".amazonaws.com/"); is && strings.HasPrefix(id, "https://sqs.") {
		account, _, _ := strings.Cut(path, "/")
		return location{host, account}, true
	}
	return location{}, false
}
