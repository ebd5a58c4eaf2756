// Package insights checks queries of CloudWatch Logs Insights. CloudWatch reads a query when somebody opens its dashboard,
// and never at a deployment: a wrong query deploys, and shows an error in place of a table.
//
// It knows the commands that the platform uses, with the rules on AWS's pages for each of them, and refuses any other
// command. It may refuse queries that AWS accepts: of two interpretations of a page, it applies the narrower one.
package insights

// page is the source of a rule, in the user guide of CloudWatch Logs.
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
