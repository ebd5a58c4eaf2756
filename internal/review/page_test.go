package review

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile is what somebody could call a resource.
const hostile = `</style><script>window.broken=true</script><img src="http://127.0.0.1:9/x" onerror="window.broken=true">`

// sample is a report with something of everything: dev is safe, test needs approval, prod stays as it is.
func sample() *Report {
	picture := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40"><rect width="100" height="40"/></svg>`
	queue := Change{
		Kind: Replaced, Type: "aws:sqs/queue:Queue", Name: "queues-" + hostile, Component: "queues", ComponentKind: "Queues",
		Reason: "changes name", Protected: true, Source: "components/data/queues.go:217",
		Properties: []Property{{Path: "name", Old: "signing.fifo", New: "signature.fifo" + hostile + strings.Repeat("x", 400), Replaces: true}},
	}
	balancer := Change{Kind: Updated, Type: "aws:lb/loadBalancer:LoadBalancer", Name: "balancer", Component: "loadbalancer", ComponentKind: "LoadBalancer",
		Properties: []Property{{Path: "idleTimeout", Old: "60", New: "120"}}}
	tag := Change{Kind: Updated, Type: "aws:ec2/vpc:Vpc", Name: "network", Component: "network", ComponentKind: "Network", Noise: true,
		Properties: []Property{{Path: "tags.Owner", Old: "a", New: "b"}}}
	return &Report{
		Base: Revision{Name: "origin/main", Commit: strings.Repeat("a", 40)}, Head: Revision{Name: hostile, Commit: strings.Repeat("b", 40)},
		Stacks: []*Stack{
			{Name: "dev", Changes: []Change{balancer, tag}, Picture: picture, Unchanged: 3, Cost: Cost{Base: 10, Head: 12, Lines: []CostLine{{Component: "network", Kind: "bastion", BaseItem: "t4g.nano", HeadItem: "t4g.micro", Base: 10, Head: 12}}}},
			{Name: "test", Changes: []Change{queue, balancer}, Picture: picture, Risks: []Finding{{Resource: "queues-signing", Component: "queues", Text: "replaced " + hostile}},
				Unfinished: []Finding{{Resource: "queue (" + hostile + ")", Component: "queues", Text: "The next update DELETES it " + hostile}},
				Restarts: []Restart{
					{Step: 1, Resources: []string{"balancer", hostile}, Component: "LoadBalancer", Change: "a: b → " + hostile, Text: "it stops " + hostile, Longest: "a minute", Whom: "every visitor"},
					{Waits: hostile, Resources: []string{"database"}, Component: "Rds", Change: "c", Text: "it moves", Longest: "two minutes", Whom: "applications", Serves: true, Source: hostile},
				},
				Access: []Finding{{Resource: "group", Component: "network", Text: "new: reached from 0.0.0.0/0"}}, Cost: Cost{Unknown: "no estimate of the head: x2g.large has no price"}},
			{Name: "prod", Unchanged: 1009},
		},
	}
}

// browser opens a page as a person would, and returns what went wrong in it and what it asked the network for.
func browser(t *testing.T, page string) (ctx context.Context, wrong func() []string) {
	t.Helper()
	chromium, err := filepath.Abs("../../bin/chromium")
	require.NoError(t, err)
	_, err = os.Stat(chromium)
	require.NoError(t, err, "run make test, which puts a browser there")
	path := filepath.Join(t.TempDir(), "review.html")
	require.NoError(t, os.WriteFile(path, []byte(page), 0o600))
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	var lock sync.Mutex
	var problems []string
	add := func(problem string) {
		lock.Lock()
		defer lock.Unlock()
		problems = append(problems, problem)
	}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			add("exception: " + event.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			add("console: " + string(event.Type))
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(event.Request.URL, "file://"+path) {
				add("request: " + event.Request.URL)
			}
		}
	}))
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("file://"+path), chromedp.WaitReady("#filter")))
	return ctx, func() []string {
		lock.Lock()
		defer lock.Unlock()
		return problems
	}
}

// evaluate is the value of an expression in the page.
func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return value
}

// seen is the text of everything that matches and can be seen.
func seen(t *testing.T, ctx context.Context, selector string) []string {
	t.Helper()
	return evaluate[[]string](t, ctx, `[...document.querySelectorAll("`+selector+`")].filter(e => e.checkVisibility()).map(e => e.textContent.trim().replace(/\s+/g, " "))`)
}

func TestPage(t *testing.T) {
	page, err := sample().HTML()
	require.NoError(t, err)
	ctx, wrong := browser(t, page)
	run := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		require.NoError(t, chromedp.Do(ctx, actions...))
	}
	chosen := `[role=tab][aria-selected=true]`

	assert.Equal(t, []string{"test !"}, seen(t, ctx, chosen), "the first stack that needs an approval is shown first")
	assert.Len(t, seen(t, ctx, "[role=tabpanel]"), 1)
	assert.Len(t, seen(t, ctx, ".findings .item"), 5)

	run(chromedp.Click("#tab-prod"))
	assert.Equal(t, []string{"prod"}, seen(t, ctx, chosen))
	assert.Contains(t, strings.Join(seen(t, ctx, "[role=tabpanel]"), ""), "Nothing changes in prod: 1009 resources stay as they are.")
	run(chromedp.KeyEvent(kb.ArrowRight))
	assert.Equal(t, []string{"dev"}, seen(t, ctx, chosen), "arrows go around")
	assert.Contains(t, strings.Join(seen(t, ctx, "table"), ""), "t4g.nano → t4g.micro10.0012.00+2.00 USD")

	run(chromedp.Click("#tab-test"), chromedp.SendKeys("#filter", "QUEUES name"))
	assert.Len(t, seen(t, ctx, "article.item"), 1)
	assert.Empty(t, seen(t, ctx, ".none"))
	assert.Contains(t, seen(t, ctx, "article.item")[0], "signing.fifo")
	run(chromedp.SendKeys("#filter", " zebra"))
	assert.Empty(t, seen(t, ctx, "#stack-test .item"))
	assert.Equal(t, []string{"Nothing here matches the filter."}, seen(t, ctx, ".none"))
	evaluate[bool](t, ctx, `filter.value = "", filter.dispatchEvent(new Event("input"))`)
	assert.Len(t, seen(t, ctx, "#stack-test article.item"), 2)

	assert.False(t, evaluate[bool](t, ctx, "window.broken === true"), "what a patch is called is text")
	assert.Empty(t, wrong(), "nothing goes wrong, and nothing is asked of a network")
}

func TestPageOnAPhone(t *testing.T) {
	page, err := sample().HTML()
	require.NoError(t, err)
	ctx, _ := browser(t, page)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulatePortrait)))
	for _, tab := range []string{"#tab-dev", "#tab-test", "#tab-prod"} {
		require.NoError(t, chromedp.Do(ctx, chromedp.Click(tab)))
		assert.LessOrEqual(t, evaluate[int](t, ctx, "document.documentElement.scrollWidth"), 360, "%s: a page is not wider than the screen", tab)
	}
	small := evaluate[[]string](t, ctx, `[...document.querySelectorAll("nav button, nav input")].filter(e => e.getBoundingClientRect().height < 44).map(e => e.id)`)
	assert.Empty(t, small, "a thumb needs 44 pixels")
	assert.GreaterOrEqual(t, evaluate[int](t, ctx, `parseInt(getComputedStyle(document.body).fontSize)`), 16)
}
