package permissions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/iam"
)

// step is that one role can act as another.
type step struct {
	from, to *Principal
	// by is the action and what it is on, how what happens then.
	by, how string
}

// way is a way of acting as another role.
type way struct {
	// actions are the requests that it takes, all on the same resource.
	actions []string
	// how is what happens then.
	how string
	// on are patterns of the resources, all that the action takes if empty.
	on string
	// beside are requests that it takes, too, each on anything: action, space, pattern of the resource.
	beside []string
	// to are the roles that it leads to, from the resource.
	to func(w *World, arn string) []*Principal
}

const (
	ownCommands = "starts a build with commands of its own choice"
	commits     = "commits what the next build runs"
	commands    = "runs commands on the instance"
	anyRights   = "gives it any rights"
)

// ways are the known ways. That a role can pass another to a service is one, too (passes), and what it may in the cluster (administers).
var ways = []way{
	{actions: []string{"sts:AssumeRole"}, how: "assumes it", to: (*World).itself},
	{actions: []string{"codebuild:StartBuild"}, how: ownCommands, to: (*World).builders},
	{actions: []string{"codebuild:StartBuildBatch"}, how: ownCommands, to: (*World).builders},
	{actions: []string{"codebuild:StartSandbox"}, beside: []string{"codebuild:StartCommandExecution *"}, how: ownCommands, to: (*World).builders},
	{actions: []string{"codebuild:StartSandbox"}, beside: []string{"codebuild:StartSandboxConnection *"}, how: ownCommands, to: (*World).builders},
	{actions: []string{"codebuild:UpdateProject"}, how: "changes the commands of builds", to: (*World).builders},
	{actions: []string{"codecommit:GitPush"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:CreateCommit"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:PutFile"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:DeleteFile"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergeBranchesByFastForward"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergeBranchesBySquash"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergeBranchesByThreeWay"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergePullRequestByFastForward"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergePullRequestBySquash"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"codecommit:MergePullRequestByThreeWay"}, how: commits, to: (*World).buildersOf},
	{actions: []string{"s3:PutObject"}, how: "writes what a build or a release runs", to: (*World).runners},
	{actions: []string{"codedeploy:CreateDeployment"}, how: "releases a revision of its own choice, whose hooks run as root", to: (*World).deployers},
	{actions: []string{"ecr:PutImage", "ecr:InitiateLayerUpload"}, how: "pushes the image that the application runs after its release", to: (*World).applicationOf},
	{actions: []string{"ssm:SendCommand"}, how: commands, on: "*:instance/*", beside: []string{"ssm:SendCommand *:document/*"}, to: (*World).instances},
	{actions: []string{"ssm:CreateAssociation"}, how: commands, on: "*:instance/*", beside: []string{"ssm:CreateAssociation *:document/*"}, to: (*World).instances},
	{actions: []string{"ssm:StartAutomationExecution"}, how: commands, to: (*World).instances},
	{actions: []string{"ssm:StartSession"}, how: "opens a session on the instance", on: "*:instance/*", to: (*World).instances},
	{actions: []string{"ssm:ResumeSession"}, how: "takes up a session of somebody on an instance", to: (*World).instances},
	{actions: []string{"ec2-instance-connect:SendSSHPublicKey"}, how: "signs in to the instance", to: (*World).instances},
	{actions: []string{"ec2:ModifyInstanceAttribute"}, how: "changes what the instance runs when it starts", on: "*:instance/*", to: (*World).instances},
	{actions: []string{"ec2:CreateLaunchTemplateVersion"}, how: "changes what instances run when they start", to: (*World).instances},
	{actions: []string{"eks-auth:AssumeRoleForPodIdentity"}, how: "takes the roles of the pods that run beside it", to: (*World).pods},
	{actions: []string{"eks:CreateAccessEntry"}, beside: []string{"eks:AssociateAccessPolicy *"}, how: "makes itself an administrator of the cluster, and runs pods", to: (*World).pods},
	{actions: []string{"eks:AssociateAccessPolicy"}, how: "makes whoever has an access entry an administrator of the cluster, who runs pods", to: (*World).pods},
	{actions: []string{"eks:CreatePodIdentityAssociation"}, how: "gives the roles of pods to pods of its own", to: (*World).pods},
	{actions: []string{"iam:PutRolePolicy"}, how: anyRights, to: (*World).itself},
	{actions: []string{"iam:AttachRolePolicy"}, how: anyRights, to: (*World).itself},
	{actions: []string{"iam:UpdateAssumeRolePolicy"}, how: "lets itself assume it", to: (*World).itself},
}

func (w *World) choose(is func(*Principal) bool) (chosen []*Principal) {
	for _, p := range w.Principals {
		if is(p) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// itself is the role with an ARN.
func (w *World) itself(arn string) []*Principal {
	return w.choose(func(p *Principal) bool { return p.ARN == arn })
}

// trusting are the roles that a service may take.
func (w *World) trusting(service string) []*Principal {
	return w.choose(func(p *Principal) bool {
		return slices.ContainsFunc(p.Trust.statements, func(s iam.Statement) bool { return slices.Contains(s.Principal["Service"], service) })
	})
}

func (w *World) instances(string) []*Principal { return w.trusting("ec2.amazonaws.com") }
func (w *World) pods(string) []*Principal      { return w.trusting("pods.eks.amazonaws.com") }

// builders are the roles of the project with an ARN.
func (w *World) builders(arn string) (roles []*Principal) {
	for _, project := range w.graph.OfType(catalogue.BuildProject) {
		if project.Outputs.Text("arn") == arn {
			roles = append(roles, w.itself(project.Text("serviceRole"))...)
		}
	}
	return roles
}

// pipelines tells of each pipeline: its repository, its folder of artifacts, the roles of its builds.
func (w *World) pipelines(tell func(repository, folder string, builders []*Principal)) {
	for _, pipeline := range w.graph.OfType(catalogue.Pipeline) {
		name := pipeline.Text("name")
		var builders []*Principal
		for _, action := range pipeline.Objects("stages[*].actions[*]") {
			if action.Text("category") == "Build" { // the load test runs nothing of what it is given
				builders = append(builders, w.builders("arn:aws:codebuild:"+w.Region+":"+w.Account+":project/"+action.Text("configuration.ProjectName"))...)
			}
		}
		tell(strings.Join(pipeline.Texts("stages[*].actions[*].configuration.RepositoryName"), ""), name[:min(len(name), 20)], builders)
	}
}

// buildersOf are the roles of the builds of a repository.
func (w *World) buildersOf(arn string) (roles []*Principal) {
	w.pipelines(func(repository, _ string, builders []*Principal) {
		if strings.HasSuffix(arn, ":"+repository) {
			roles = append(roles, builders...)
		}
	})
	return roles
}

// runners are the roles of what runs an object: builds their source, the deployer a release, builds and mirrors the scripts of delivery.
func (w *World) runners(arn string) (roles []*Principal) {
	artifacts := "arn:aws:s3:::" + w.prefix() + "-" + w.Account + "-artifacts/"
	w.pipelines(func(_, folder string, builders []*Principal) {
		switch {
		case strings.HasPrefix(arn, artifacts+folder+"/Source/"):
			roles = append(roles, builders...)
		case strings.HasPrefix(arn, artifacts+folder+"/Release/"):
			roles = append(roles, w.deployers(arn)...)
		}
	})
	if strings.HasPrefix(arn, artifacts+"delivery/") {
		for _, project := range w.graph.OfType(catalogue.BuildProject) {
			roles = append(roles, w.itself(project.Text("serviceRole"))...)
		}
	}
	return roles
}

// deployers are the roles of the instances that deployment groups release to, which have the tag that they look for.
func (w *World) deployers(string) []*Principal {
	wanted := map[string]bool{}
	for _, group := range w.graph.OfType(catalogue.DeploymentGroup) {
		for _, name := range group.Texts("ec2TagFilters[*].value") {
			wanted[name] = true
		}
	}
	return w.choose(func(p *Principal) bool { return wanted[w.prefix()+"-"+p.Name] })
}

// applicationOf are the roles of the application whose images are in a repository.
func (w *World) applicationOf(arn string) []*Principal {
	return w.choose(func(p *Principal) bool { return p.Name == "app-"+arn[strings.LastIndex(arn, "/")+1:] })
}

// attempt is a way that is tried: its questions, of which all have to be allowed.
type attempt struct {
	by          way
	arn         string
	first, last int
	// beside are the questions of which one of each has to be.
	beside [][2]int
}

// steps asks from which role which other can be reached in one step. A step that is possible only where it makes no sense, from a role to
// itself, is none.
func (w *World) steps(e *Evaluator, from []*Principal) ([]step, error) {
	var steps []step
	for _, p := range from {
		candidates := w.candidates(p)
		var questions []Question
		var attempts []attempt
		for _, by := range ways {
			// Who is named in a trust policy needs no right of its own.
			if by.actions[0] != "sts:AssumeRole" && !slices.Contains(candidates, by.actions[0]) {
				continue
			}
			for _, arn := range w.targets(by.actions[0]) {
				if by.on != "" && !like(by.on, arn) || !slices.Contains(candidates, by.actions[0]) && !w.namesRoles(arn) {
					continue
				}
				a := attempt{by: by, arn: arn, first: len(questions)}
				for _, action := range by.actions {
					questions = append(questions, w.question(p, action, arn))
				}
				a.last = len(questions)
				for _, request := range by.beside {
					first := len(questions)
					action, pattern, _ := strings.Cut(request, " ")
					for _, other := range w.targets(action) {
						if like(pattern, other) {
							questions = append(questions, w.question(p, action, other))
						}
					}
					a.beside = append(a.beside, [2]int{first, len(questions)})
				}
				attempts = append(attempts, a)
			}
		}
		answers, err := e.Ask(questions)
		if err != nil {
			return nil, err
		}
		for _, a := range attempts {
			refused := slices.ContainsFunc(answers[a.first:a.last], func(a Answer) bool { return !a.Allowed() })
			for _, of := range a.beside {
				refused = refused || !slices.ContainsFunc(answers[of[0]:of[1]], Answer.Allowed)
			}
			if refused {
				continue
			}
			for _, to := range a.by.to(w, a.arn) {
				if to != p {
					steps = append(steps, step{p, to, a.by.actions[0] + " " + w.label(a.arn), a.by.how})
				}
			}
		}
		passed, err := w.passes(e, p, candidates)
		if err != nil {
			return nil, err
		}
		steps = append(steps, passed...)
	}
	return append(steps, w.administers(from)...), nil
}

// namesRoles says whether the trust policy of a role lets anybody in but services and identities from elsewhere.
func (w *World) namesRoles(arn string) bool {
	return slices.ContainsFunc(w.itself(arn), func(p *Principal) bool {
		return slices.ContainsFunc(p.Trust.statements, func(s iam.Statement) bool { return len(s.Principal["AWS"])+len(s.NotPrincipal) > 0 })
	})
}

// passes are the roles that a role can give to a service that they trust.
func (w *World) passes(e *Evaluator, p *Principal, candidates []string) (steps []step, err error) {
	if !slices.Contains(candidates, "iam:PassRole") {
		return nil, nil
	}
	var questions []Question
	var to []*Principal
	for _, q := range w.Principals {
		for _, s := range q.Trust.statements {
			for _, service := range s.Principal["Service"] {
				question := w.question(p, "iam:PassRole", q.ARN)
				question.Context["iam:PassedToService"] = service
				questions, to = append(questions, question), append(to, q)
			}
		}
	}
	answers, err := e.Ask(questions)
	for i, a := range answers {
		if a.Allowed() && to[i] != p {
			steps = append(steps, step{p, to[i], "iam:PassRole " + w.label(to[i].ARN), "has " + questions[i].Context["iam:PassedToService"] + " use it"})
		}
	}
	return steps, err
}

// administers are the steps of those who may do everything in the cluster: they run pods with any role of pods.
func (w *World) administers(from []*Principal) (steps []step) {
	for _, association := range w.graph.OfType(catalogue.AccessPolicyAssociation) {
		policy := association.Text("policyArn")
		if !strings.HasSuffix(policy, "/AmazonEKSClusterAdminPolicy") && !strings.HasSuffix(policy, "/AmazonEKSAdminPolicy") && !strings.HasSuffix(policy, "/AmazonEKSEditPolicy") {
			continue
		}
		for _, p := range from {
			if p.ARN != association.Text("principalArn") {
				continue
			}
			for _, to := range w.pods("") {
				steps = append(steps, step{p, to, policy[strings.LastIndex(policy, "/")+1:] + " on the cluster", "runs pods"})
			}
		}
	}
	return append(steps, w.deploys(from)...)
}

// stepRows are steps as rows of the table, by form of the role that they begin at, and application.
func stepRows(w *World, steps []step) map[string][]string {
	rows := map[string][]string{}
	for _, s := range steps {
		from, application := w.form(s.from)
		to, by := s.to.Name, s.by
		if application != "" {
			to, by = word(application).ReplaceAllString(to, "{application}"), word(application).ReplaceAllString(by, "{application}")
		}
		row := fmt.Sprintf("| %s | %s | %s | %s |", from, to, code(by), s.how)
		who := strings.TrimSpace(w.Stack + " " + application)
		if !slices.Contains(rows[row], who) {
			rows[row] = append(rows[row], who)
		}
	}
	return rows
}

// stepTable is the table of steps of all stacks. Rows that differ in the target alone are one.
func stepTable(worlds []*World, rows map[string][]string) string {
	type group struct{ from, by, how, who string }
	targets := map[group][]string{}
	for row, who := range rows {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		g := group{cells[0], cells[2], cells[3], holders(worlds, who)}
		targets[g] = append(targets[g], cells[1])
	}
	var lines []string
	for _, g := range slices.SortedFunc(maps.Keys(targets), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.how, b.how), cmp.Compare(a.by, b.by), cmp.Compare(a.who, b.who))
	}) {
		slices.Sort(targets[g])
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s |", g.from, strings.Join(slices.Compact(targets[g]), ", "), g.how, g.by, g.who))
	}
	return "| Who | Can act as | Since it | By | In |\n| --- | --- | --- | --- | --- |\n" + strings.Join(lines, "\n") + "\n"
}
