// Package insights judges queries of CloudWatch Logs Insights. CloudWatch looks at a query when somebody opens the
// dashboard that it is on, and never at a deployment: a mistake in one deploys and shows an error where a table should be.
//
// It knows the commands that the platform uses, with the rules that AWS's pages give for each of them; any other command
// is refused, since nobody has written its rules down. What AWS would take is not always taken: of two readings of a
// page, the narrower one holds.
package insights

// page is where AWS says what a rule rests on, in the user guide of CloudWatch Logs.
type page string

const guide = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"

const (
	pageSyntax    page = guide + "CWL_QuerySyntax.html"
	pageSource    page = guide + "CWL_QuerySyntax-Source.html"
	pageFields    page = guide + "CWL_QuerySyntax-Fields.html"
	pageDisplay   page = guide + "CWL_QuerySyntax-Display.html"
	pageFilter    page = guide + "CWL_QuerySyntax-Filter.html"
	pageParse     page = guide + "CWL_QuerySyntax-Parse.html"
	pageStats     page = guide + "CWL_QuerySyntax-Stats.html"
	pageSort      page = guide + "CWL_QuerySyntax-Sort.html"
	pageLimit     page = guide + "CWL_QuerySyntax-Limit.html"
	pageDedup     page = guide + "CWL_QuerySyntax-Dedup.html"
	pageFunctions page = guide + "CWL_QuerySyntax-operations-functions.html"
)
