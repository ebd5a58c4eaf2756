package tests

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// front answers requests of the AWS CLI for a simulated cloud, as far as runbooks ask that tests follow. What it does not know is an error.
type front struct {
	cloud   *cloud.Provider
	record  *cloud.Record
	account string
}

// thing is something that the CLI may ask for: what Pulumi made, or what a service made by itself.
type thing struct {
	kind, id, name, vpc, region string
	tags                        map[string]string
	remove                      func() error
}

// kinds are those of things that Pulumi makes, with the inputs that are their name and VPC.
var kinds = map[string]struct{ kind, name, vpc string }{
	catalogue.VpcEndpoint:   {cloud.StrayEndpoint, "serviceName", "vpcId"},
	catalogue.SecurityGroup: {cloud.StrayGroup, "name", "vpcId"},
	catalogue.LogGroup:      {"log-group", "name", ""},
}

func (f *front) things(region, kind string) (found []thing) {
	for _, s := range f.record.Strays() {
		if s.Region == region && s.Kind == kind {
			found = append(found, thing{s.Kind, s.ID, s.Name, s.Vpc, s.Region, s.Tags, func() error { return f.cloud.DeleteStray(s) }})
		}
	}
	for _, e := range f.record.Entries(f.account) {
		k, known := kinds[e.Type]
		if !known || k.kind != kind || e.Region != region {
			continue
		}
		in, tags := model.Values(e.Inputs), map[string]string{}
		for key, value := range model.Values(e.Outputs).Values("tagsAll") {
			tags[key] = fmt.Sprint(value)
		}
		found = append(found, thing{kind, e.ID, in.Text(k.name), in.Text(k.vpc), e.Region, tags, func() error { return f.cloud.DeleteByHand(e) }})
	}
	return found
}

// scope is the region in a request's signature.
var scope = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/`)

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	signed := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if err != nil || signed == nil {
		http.Error(w, "not a request of the AWS CLI", http.StatusBadRequest)
		return
	}
	region := signed[1]
	if _, operation, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), "."); isJSON {
		answerJSON(w, func() (any, error) { return f.json(region, operation, body) })
		return
	}
	if strings.HasPrefix(r.URL.Path, "/clusters/") || strings.HasPrefix(r.URL.Path, "/addons/") {
		answerJSON(w, func() (any, error) { return f.eks(region, r, body) })
		return
	}
	form, err := url.ParseQuery(string(body))
	action := form.Get("Action")
	var answer string
	if err == nil {
		answer, err = f.query(region, action, form)
	}
	w.Header().Set("Content-Type", "text/xml")
	if err != nil {
		code, message := failure(err)
		w.WriteHeader(http.StatusBadRequest)
		fault := element("Code", code) + element("Message", message)
		_, _ = io.WriteString(w, "<Response><Errors><Error>"+fault+"</Error></Errors><Error>"+fault+"</Error><RequestID>1</RequestID></Response>")
		return
	}
	_, _ = io.WriteString(w, "<"+action+"Response>"+answer+"</"+action+"Response>") // the CLI tells if that breaks
}

func answerJSON(w http.ResponseWriter, do func() (any, error)) {
	answer, err := do()
	if err != nil {
		code, message := failure(err)
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": code, "message": message}
	}
	_ = json.NewEncoder(w).Encode(answer) // the CLI tells if that breaks
}

// failure is an error as AWS tells it: a code, and the rest.
func failure(err error) (code, message string) {
	_, text, _ := strings.Cut(": "+err.Error(), ": ")
	if at := codeForm.FindStringIndex(text); at != nil {
		text = text[at[0]:]
	}
	code, message, _ = strings.Cut(text, ": ")
	return strings.ReplaceAll(code, " ", ""), message
}

var codeForm = regexp.MustCompile(`[A-Z]\w+: `)

func element(name, text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return "<" + name + ">" + b.String() + "</" + name + ">"
}

// listings is how EC2 lists a kind: the list, and the elements that the commands look at.
var listings = map[string]struct {
	kind, list, id, name string
}{
	"DescribeVpcEndpoints":      {cloud.StrayEndpoint, "vpcEndpointSet", "vpcEndpointId", "serviceName"},
	"DescribeNetworkInterfaces": {cloud.StrayInterface, "networkInterfaceSet", "networkInterfaceId", "description"},
	"DescribeSecurityGroups":    {cloud.StrayGroup, "securityGroupInfo", "groupId", "groupName"},
}

// removing is the parameter that names what a request removes.
var removing = map[string]struct{ kind, parameter string }{
	"DeleteVpcEndpoints":     {cloud.StrayEndpoint, "VpcEndpointId.1"},
	"DeleteNetworkInterface": {cloud.StrayInterface, "NetworkInterfaceId"},
	"DeleteSecurityGroup":    {cloud.StrayGroup, "GroupId"},
}

// query answers what is asked by the query protocol, which EC2 has a kind of its own of.
func (f *front) query(region, action string, form url.Values) (string, error) {
	if d, is := listings[action]; is {
		var items strings.Builder
		for _, t := range f.things(region, d.kind) {
			matches, err := t.matches(form)
			if err != nil {
				return "", err
			}
			if matches {
				items.WriteString("<item>" + element(d.id, t.id) + element(d.name, t.name) + element("vpcId", t.vpc) + element("status", "available") + "</item>")
			}
		}
		return "<" + d.list + ">" + items.String() + "</" + d.list + ">", nil
	}
	if r, is := removing[action]; is {
		return "<return>true</return>", f.remove(region, r.kind, form.Get(r.parameter))
	}
	switch action {
	case "GetCallerIdentity":
		return result(action, element("Account", f.account)), nil
	case "DescribeDBSnapshots":
		var found strings.Builder
		for _, t := range f.things(region, cloud.StraySnapshot) {
			if id := form.Get("DBSnapshotIdentifier"); id == "" || id == t.id {
				found.WriteString("<DBSnapshot>" + element("DBSnapshotIdentifier", t.id) + element("DBInstanceIdentifier", t.name) +
					element("Status", "available") + "</DBSnapshot>")
			}
		}
		return result(action, "<DBSnapshots>"+found.String()+"</DBSnapshots>"), nil
	case "CopyDBSnapshot":
		from, to := form.Get("SourceDBSnapshotIdentifier"), form.Get("TargetDBSnapshotIdentifier")
		return result(action, "<DBSnapshot>"+element("DBSnapshotIdentifier", to)+"</DBSnapshot>"),
			f.cloud.CopySnapshot(cloud.Stray{Account: f.account, Region: region, Kind: cloud.StraySnapshot, ID: from}, to)
	case "DeleteDBSnapshot":
		id := form.Get("DBSnapshotIdentifier")
		return result(action, "<DBSnapshot>"+element("DBSnapshotIdentifier", id)+"</DBSnapshot>"), f.remove(region, cloud.StraySnapshot, id)
	}
	return "", fmt.Errorf("InvalidAction: nothing here answers %s", action)
}

func result(action, text string) string {
	return "<" + action + "Result>" + text + "</" + action + "Result>"
}

func (f *front) remove(region, kind, id string) error {
	for _, t := range f.things(region, kind) {
		if t.id == id {
			return t.remove()
		}
	}
	return fmt.Errorf("NotFound: there is no %s %s", kind, id)
}

// matches says whether a thing passes the filters of a request to EC2.
func (t *thing) matches(form url.Values) (bool, error) {
	for i := 1; form.Has(fmt.Sprintf("Filter.%d.Name", i)); i++ {
		name := form.Get(fmt.Sprintf("Filter.%d.Name", i))
		var values []string
		for j := 1; form.Has(fmt.Sprintf("Filter.%d.Value.%d", i, j)); j++ {
			values = append(values, form.Get(fmt.Sprintf("Filter.%d.Value.%d", i, j)))
		}
		has := ""
		switch tag, isTag := strings.CutPrefix(name, "tag:"); {
		case isTag:
			has = t.tags[tag]
		case name == "vpc-id":
			has = t.vpc
		case name == "status" && t.kind == cloud.StrayInterface:
			has = "available" // those in use are not played
		default:
			return false, fmt.Errorf("InvalidParameterValue: nothing here filters by %s", name)
		}
		if !slices.Contains(values, has) {
			return false, nil
		}
	}
	return true, nil
}

// json answers what is asked by the JSON protocol.
func (f *front) json(region, operation string, body []byte) (any, error) {
	var asked struct {
		LogGroupName, LogGroupNamePrefix, Name string
		TagFilters                             []struct {
			Key    string
			Values []string
		}
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	switch operation {
	case "DescribeLogGroups":
		found := []map[string]string{}
		for _, t := range f.things(region, "log-group") {
			if strings.HasPrefix(t.id, asked.LogGroupNamePrefix) {
				found = append(found, map[string]string{"logGroupName": t.id})
			}
		}
		return map[string]any{"logGroups": found}, nil
	case "GetParameter":
		version, known := strings.CutPrefix(asked.Name, "/aws/service/eks/optimized-ami/")
		version, rest, _ := strings.Cut(version, "/")
		if !known || rest != "amazon-linux-2023/arm64/standard/recommended/release_version" {
			return nil, fmt.Errorf("ParameterNotFound: nothing here has %s", asked.Name)
		}
		return map[string]any{"Parameter": map[string]string{"Name": asked.Name, "Value": f.cloud.Image(version)}}, nil
	case "DeleteLogGroup":
		return map[string]any{}, f.remove(region, "log-group", asked.LogGroupName)
	case "GetResources":
		filters := map[string]string{}
		for _, filter := range asked.TagFilters {
			if len(filter.Values) != 1 {
				return nil, errors.New("InvalidParameterException: nothing here filters by several values")
			}
			filters[filter.Key] = filter.Values[0]
		}
		listed, err := f.cloud.Tagged(f.account, region, filters)
		return json.RawMessage(listed), err
	}
	return nil, fmt.Errorf("InvalidAction: nothing here answers %s", operation)
}
