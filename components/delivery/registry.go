package delivery

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// RegistryArgs are the arguments of Registry.
type RegistryArgs struct {
	settings.Registry

	// Name is the prefix of the repositories: <Name>/<application>.
	Name string
	// Location is the region and account of the repositories.
	Location components.Location
	// Applications are the names of the applications, one repository each.
	Applications []string
	// KeyArn is the KMS key of the images, in the region of the repositories. Changing it replaces them.
	KeyArn pulumi.StringInput
	// Pullers are the ARNs of the roles that may pull: those of the nodes.
	Pullers pulumi.StringArray
	// Pushers are, by application, the ARNs of the roles that may push to its repository: those of its builds. Optional.
	Pushers map[string]pulumi.StringArray
	// Protect keeps Pulumi from deleting the repositories; without it they go with all their images.
	Protect bool
}

// Registry is a private container repository per application. A tag, once pushed, never means another image; every
// image is scanned when it arrives.
type Registry struct {
	pulumi.ResourceState

	// URLs are the addresses of the repositories, by application.
	URLs map[string]pulumi.StringInput `pulumi:"urls"`
}

var (
	pullImages = []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
	// pushImages includes looking at what is there and at the result of the scan, on which a release depends.
	pushImages = []string{
		"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
		"ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
	}
)

// NewRegistry creates the repositories.
func NewRegistry(ctx *pulumi.Context, name string, args *RegistryArgs, opts ...pulumi.ResourceOption) (*Registry, error) {
	c, b := &Registry{URLs: map[string]pulumi.StringInput{}}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		for _, application := range args.Applications {
			repository, err := newRepository(ctx, name+"-"+application, application, args, b.Parent)
			if err != nil {
				return err
			}
			c.URLs[application] = repository.RepositoryUrl
		}
		return nil
	})
}

func (a *RegistryArgs) check(p *kit.Problems) {
	known := map[string]bool{}
	for _, application := range a.Applications {
		p.Require(!known[application], "Applications: %q is there twice", application)
		known[application] = true
	}
	for _, application := range kit.SortedKeys(a.Pushers) {
		p.Require(known[application], "Pushers: there is no application %q", application)
	}
	p.Require(len(a.Pullers) > 0, "Pullers is empty, so no node could start a pod")
}

func newRepository(ctx *pulumi.Context, name, application string, args *RegistryArgs, parent pulumi.ResourceOption) (*ecr.Repository, error) {
	repository, err := ecr.NewRepository(ctx, name, &ecr.RepositoryArgs{
		Name:               pulumi.String(fmt.Sprintf("%s/%s", args.Name, application)),
		ImageTagMutability: pulumi.String("IMMUTABLE"),
		ImageScanningConfiguration: ecr.RepositoryImageScanningConfigurationArgs{
			ScanOnPush: pulumi.Bool(true),
		},
		EncryptionConfigurations: ecr.RepositoryEncryptionConfigurationArray{ecr.RepositoryEncryptionConfigurationArgs{
			EncryptionType: pulumi.String("KMS"),
			KmsKey:         args.KeyArn.ToStringOutput().ToStringPtrOutput(),
		}},
		ForceDelete: pulumi.Bool(!args.Protect),
	}, parent, pulumi.Protect(args.Protect))
	if err != nil {
		return nil, err
	}
	// In a repository policy the resource is the repository itself and is not named.
	statements := []components.Statement{{Sid: "Pull", Principals: args.Pullers, Actions: pullImages}}
	if pushers := args.Pushers[application]; len(pushers) > 0 {
		statements = append(statements, components.Statement{Sid: "Push", Principals: pushers, Actions: pushImages})
	}
	if _, err := ecr.NewRepositoryPolicy(ctx, name+"-policy", &ecr.RepositoryPolicyArgs{
		Repository: repository.Name,
		Policy:     kit.Policy(statements...),
	}, parent); err != nil {
		return nil, err
	}
	expiry, err := args.expiry()
	if err != nil {
		return nil, err
	}
	_, err = ecr.NewLifecyclePolicy(ctx, name+"-expiry", &ecr.LifecyclePolicyArgs{
		Repository: repository.Name,
		Policy:     pulumi.String(expiry),
	}, parent)
	return repository, err
}

// The shape of a lifecycle policy that ECR reads.
type (
	expiryPolicy struct {
		Rules []expiryRule `json:"rules"`
	}
	expiryRule struct {
		RulePriority int             `json:"rulePriority"`
		Description  string          `json:"description"`
		Selection    expirySelection `json:"selection"`
		Action       expiryAction    `json:"action"`
	}
	expirySelection struct {
		TagStatus      string   `json:"tagStatus"`
		TagPatternList []string `json:"tagPatternList,omitempty"`
		CountType      string   `json:"countType"`
		CountUnit      string   `json:"countUnit,omitempty"`
		CountNumber    int      `json:"countNumber"`
	}
	expiryAction struct {
		Type string `json:"type"`
	}
)

// releaseRecords are the tags of records. Of every release that was found good its hook pushes one (delivery/release/keep.sh): an
// index that names the image.
const releaseRecords = "serving-*"

// expiry is when images go. It rests on three rules of ECR ("Automate the cleanup of images by using lifecycle policies", in its user
// guide): what the tags of a rule match is never let go by one of lower priority; what an index names goes after the index only;
// and age is the time since the push, of a record that of the release.
func (a *RegistryArgs) expiry() (string, error) {
	expire := expiryAction{Type: "expire"}
	text, err := json.Marshal(expiryPolicy{Rules: []expiryRule{
		{
			RulePriority: 1, Action: expire,
			Description: fmt.Sprintf("The newest %d releases stay, whatever is pushed after them", a.KeepImages),
			Selection:   expirySelection{TagStatus: "tagged", TagPatternList: []string{releaseRecords}, CountType: "imageCountMoreThan", CountNumber: a.KeepImages},
		},
		{
			RulePriority: 2, Action: expire,
			Description: fmt.Sprintf("Images without a tag go after %d days", a.UntaggedDays),
			Selection:   expirySelection{TagStatus: "untagged", CountType: "sinceImagePushed", CountUnit: "days", CountNumber: a.UntaggedDays},
		},
		{
			// Records are tagged, too, and count here: half of them at most.
			RulePriority: 3, Action: expire,
			Description: fmt.Sprintf("The newest %d builds stay", a.KeepImages),
			Selection:   expirySelection{TagStatus: "tagged", TagPatternList: []string{"*"}, CountType: "imageCountMoreThan", CountNumber: 2 * a.KeepImages},
		},
	}})
	return string(text), err
}
