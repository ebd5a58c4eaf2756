package ages_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/ages"
)

func TestCalendarIsSound(t *testing.T) {
	assert.Empty(t, ages.Problems(ages.Products()))
	for _, p := range ages.Products() {
		_, err := os.Stat(filepath.Join("..", "..", "docs", p.Runbook))
		assert.NoError(t, err, p.Name)
	}
}

// What a calendar must not have.
func TestProblemsOfACalendar(t *testing.T) {
	good := func() ages.Product {
		return ages.Product{
			Name: "a", Chosen: "b", Source: "c", Then: "d", Extended: "e", After: "f", Newer: "h", Runbook: "g",
			Versions: []ages.Version{{Name: "1", Ends: "2027-03-27", ExtendedEnds: "2028-03-27"}, {Name: "2"}},
		}
	}
	assert.Empty(t, ages.Problems([]ages.Product{good()}))
	for want, spoil := range map[string]func(*ages.Product){
		"a has no Source":                           func(p *ages.Product) { p.Source = " " },
		"a has no Then":                             func(p *ages.Product) { p.Then = "" },
		"a has no Newer":                            func(p *ages.Product) { p.Newer = "" },
		"a has no Runbook":                          func(p *ages.Product) { p.Runbook = "" },
		"a has no versions":                         func(p *ages.Product) { p.Versions = nil },
		"a: Extended and After need each other":     func(p *ages.Product) { p.After = "" },
		`a 1: Ends "2027-3-27" is no day`:           func(p *ages.Product) { p.Versions[0].Ends = "2027-3-27" },
		`a 1: Ends "2027-02-29" is no day`:          func(p *ages.Product) { p.Versions[0].Ends = "2027-02-29" },
		`a 1: ExtendedEnds "never" is no day`:       func(p *ages.Product) { p.Versions[0].ExtendedEnds = "never" },
		"a 1: ExtendedEnds 2027-03-27 is not after": func(p *ages.Product) { p.Versions[0].ExtendedEnds = "2027-03-27" },
		"a 1: ExtendedEnds 2026-03-27 is not after": func(p *ages.Product) { p.Versions[0].ExtendedEnds = "2026-03-27" },
		"a 1: ExtendedEnds is given, and the":       func(p *ages.Product) { p.Extended, p.After = "", "" },
		"a 1 has a row without a name, or one":      func(p *ages.Product) { p.Versions[1].Name = "1" },
		"a  has a row without a name, or one":       func(p *ages.Product) { p.Versions[0].Name = "" },
	} {
		p := good()
		spoil(&p)
		found := ages.Problems([]ages.Product{p})
		if assert.Len(t, found, 1, want) {
			assert.Contains(t, found[0], want)
		}
	}
	assert.Equal(t, []string{"a is there twice"}, ages.Problems([]ages.Product{good(), good()}))
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return at.Add(23 * time.Hour) // the hour means nothing
}

// Each end is told from 120 days before it on, again at 60 and 14, and once it is past.
func TestNotices(t *testing.T) {
	const (
		upgrades = "extended support is off: EKS upgrades the control plane to the next version by itself"
		costs    = "extended support is on until 2028-03-27: the control plane costs 0.60 USD an hour in place of 0.10"
	)
	cluster := ages.Use{Product: ages.Kubernetes, Version: "1.35", By: []string{"eks-eksCluster"}}
	extended := cluster
	extended.Extended = true
	for _, c := range []struct {
		use         ages.Use
		on          string
		stage, says string
	}{
		{cluster, "2026-11-26", "", ""}, // 121 days
		{cluster, "2026-11-27", "standard-120", "standard support of Kubernetes on EKS 1.35 ends on 2027-03-27, in 120 days: " + upgrades},
		{cluster, "2026-12-17", "standard-120", "in 100 days: " + upgrades},
		{cluster, "2027-01-25", "standard-120", "in 61 days: "},
		{cluster, "2027-01-26", "standard-60", "in 60 days: "},
		{cluster, "2027-03-12", "standard-60", "in 15 days: "},
		{cluster, "2027-03-13", "standard-14", "in 14 days: "},
		{cluster, "2027-03-26", "standard-14", "in 1 day: "},
		{cluster, "2027-03-27", "standard-14", "ends on 2027-03-27, today: "},
		{cluster, "2027-03-28", "standard-past", "standard support of Kubernetes on EKS 1.35 ended on 2027-03-27, 1 day ago: " + upgrades},
		{cluster, "2030-01-01", "standard-past", "1011 days ago: " + upgrades},

		{extended, "2026-11-26", "", ""},
		{extended, "2026-12-17", "standard-120", "in 100 days: " + costs},
		{extended, "2027-04-01", "standard-past", "5 days ago: " + costs},
		{extended, "2027-11-27", "standard-past", costs}, // 121 days
		{extended, "2027-11-28", "extended-120", "extended support of Kubernetes on EKS 1.35 ends on 2028-03-27, in 120 days: EKS upgrades the control plane by itself"},
		{extended, "2028-03-13", "extended-14", "in 14 days: "},
		{extended, "2028-03-28", "extended-past", "extended support of Kubernetes on EKS 1.35 ended on 2028-03-27, 1 day ago: "},

		{ages.Use{Product: ages.Node, Version: "20"}, "2026-11-30", "standard-past", "support of Node.js 20 ended on 2026-04-30, 214 days ago: fixes come no longer"},
		{ages.Use{Product: ages.Go, Version: "1.26"}, "2036-11-30", "", ""}, // no day was published
		{ages.Use{Product: ages.PostgreSQL, Version: "19"}, "2026-11-30", "unknown",
			"the calendar does not know PostgreSQL on RDS 19, so nobody tells when its support ends: add it to internal/ages/products.go"},
	} {
		notices := ages.Notices([]ages.Use{c.use}, day(t, c.on))
		if c.stage == "" {
			assert.Empty(t, notices, "%v on %s", c.use, c.on)
			continue
		}
		if assert.Len(t, notices, 1, "%v on %s", c.use, c.on) {
			assert.Equal(t, c.stage, notices[0].Stage, "%v on %s", c.use, c.on)
			assert.Contains(t, notices[0].Text, c.says, "%v on %s", c.use, c.on)
			assert.Equal(t, c.use.By, notices[0].By)
			assert.NotEmpty(t, notices[0].Runbook)
		}
	}
}

// The issue of a version goes by its ID, whatever else is in use.
func TestUsesOfOneVersionAreOneNotice(t *testing.T) {
	linux := func(by ...string) ages.Use {
		return ages.Use{Product: ages.AmazonLinux, Version: "2023", Extended: true, By: by}
	}
	notices := ages.Notices([]ages.Use{linux("d", "c"), {Product: ages.Kubernetes, Version: "1.34"}, linux("a"), linux("b", "a")}, day(t, "2027-06-29"))
	require.Len(t, notices, 2)
	assert.Equal(t, "Kubernetes on EKS 1.34", notices[0].ID)
	assert.Equal(t, "Amazon Linux 2023", notices[1].ID)
	assert.Equal(t, "a, b, c and 1 more", notices[1].ByText())
}
