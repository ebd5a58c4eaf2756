// Makes summary.json and report.html of a run, and prints its thresholds: node report.mjs OUT BASELINE. OUT holds what k6
// wrote: k6.json, its own summary, and samples.csv.gz, every sample. Ends with 99 if a threshold does not hold.
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { join } from "node:path";
import { page } from "./report-page.mjs";

const [out, baselineFile] = process.argv.slice(2);
const k6 = JSON.parse(readFileSync(join(out, "k6.json"), "utf8"));
const metrics = k6.data.metrics;

function quantile(sorted, q) {
  return sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}

// series puts the samples into at most 120 intervals.
async function series() {
  const lines = createInterface({ input: createReadStream(join(out, "samples.csv.gz")).pipe(createGunzip()), crlfDelay: Infinity });
  let columns;
  const samples = [];
  for await (const line of lines) {
    const cells = line.split(",");
    if (!columns) {
      columns = Object.fromEntries(cells.map((name, i) => [name, i]));
      continue;
    }
    const metric = cells[columns.metric_name];
    if (metric === "http_req_duration" || metric === "http_req_failed" || metric === "vus") {
      samples.push([metric, Number(cells[columns.timestamp]), Number(cells[columns.metric_value])]);
    }
  }
  if (samples.length === 0) return { intervalSeconds: 1, requestsPerSecond: [], p50: [], p95: [], failedPercent: [], users: [] };
  const first = samples.reduce((least, s) => Math.min(least, s[1]), Infinity);
  const last = samples.reduce((most, s) => Math.max(most, s[1]), 0);
  const width = Math.max(1, Math.ceil((last - first) / 1000 / 120));
  const buckets = Array.from({ length: Math.floor((last - first) / 1000 / width) + 1 }, () => ({ durations: [], failed: 0, users: 0 }));
  for (const [metric, at, value] of samples) {
    const bucket = buckets[Math.floor((at - first) / 1000 / width)];
    if (metric === "http_req_duration") bucket.durations.push(value);
    else if (metric === "http_req_failed") bucket.failed += value;
    else bucket.users = Math.max(bucket.users, value);
  }
  for (const bucket of buckets) bucket.durations.sort((a, b) => a - b);
  return {
    intervalSeconds: width,
    requestsPerSecond: buckets.map((b) => round(b.durations.length / width)),
    p50: buckets.map((b) => round(quantile(b.durations, 0.5))),
    p95: buckets.map((b) => round(quantile(b.durations, 0.95))),
    failedPercent: buckets.map((b) => (b.durations.length ? round((100 * b.failed) / b.durations.length) : null)),
    users: buckets.map((b) => b.users),
  };
}

function round(value) {
  return value === null || value === undefined ? null : Math.round(value * 100) / 100;
}

// statistics of a trend, in milliseconds; of a metric without samples, null.
function trend(name) {
  const values = metrics[name]?.values;
  if (!values || !values.count) return null;
  return { count: values.count, p50: round(values.med), p95: round(values["p(95)"]), p99: round(values["p(99)"]), max: round(values.max) };
}

const units = [[/^http_req_duration/, "ms"], [/^recovery_seconds/, "s"], [/^http_req_failed/, "%"]];

// measured is the value that a threshold looks at, and its limit, in a unit for people.
function measured(metric, expression) {
  const [, statistic, limit] = expression.match(/^([a-z]+(?:\([\d.]+\))?)\s*[<>=!]+\s*([\d.]+)$/);
  const unit = units.find(([form]) => form.test(metric))?.[1] ?? "";
  const scale = unit === "%" ? 100 : 1;
  const value = metrics[metric].values[statistic];
  return { value: value === undefined ? null : round(value * scale), limit: round(Number(limit) * scale), unit };
}

// unmeasured is a threshold on requests of which there were none: k6 takes it for one that holds.
function unmeasured(metric) {
  const values = metrics[metric].values;
  return /^http_req_(duration|failed)/.test(metric) && !(values.count ?? (values.passes ?? 0) + (values.fails ?? 0));
}

// Some thresholds are there only because k6 counts by tag where there is a threshold: they always hold.
const always = new Set(["rate<=1", "max>=0"]);

function thresholds() {
  const found = [];
  for (const [metric, { thresholds: of }] of Object.entries(metrics)) {
    for (const [expression, { ok }] of Object.entries(of ?? {})) {
      if (always.has(expression) && !unmeasured(metric)) continue;
      found.push({ metric, expression, passed: ok && !unmeasured(metric), ...(unmeasured(metric) ? { value: null, limit: null, unit: "" } : measured(metric, expression)) });
    }
  }
  if (k6.profile === "stress" && metrics.recovery_seconds === undefined) {
    found.push({ metric: "recovery_seconds", expression: `max<${k6.settings.recoveryLimit}`, passed: false, value: null, limit: k6.settings.recoveryLimit, unit: "s" });
  }
  return found.sort((a, b) => a.metric.localeCompare(b.metric) || a.expression.localeCompare(b.expression));
}

function journeys() {
  const found = [];
  for (const metric of Object.keys(metrics)) {
    const name = metric.match(/^http_req_duration\{journey:([a-z-]+)\}$/)?.[1];
    const values = name && trend(metric);
    if (!values) continue;
    const failed = metrics[`http_req_failed{journey:${name}}`]?.values.rate ?? 0;
    found.push({ name, ...values, perSecond: round(values.count / seconds), failedPercent: round(failed * 100) });
  }
  const order = ["sign-in", "browse", "list-matters", "upload", "open", "sign", "search"];
  return found.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

// comparison is how this run differs from an earlier one. Machines and hours differ, too: it is told, and fails nothing. A
// difference of less than 5, be it milliseconds, per cent or seconds, is none.
const worse = 1.5;
function comparison(summary) {
  if (!existsSync(baselineFile)) return null;
  const before = JSON.parse(readFileSync(baselineFile, "utf8"));
  const rows = [];
  const row = (what, was, is, unit) => {
    if (was === null || is === null || was === undefined || is === undefined) return;
    const change = was === 0 ? null : round((100 * (is - was)) / was);
    rows.push({ what, was, is, unit, changePercent: change, worse: is > was * worse && is - was > 5 });
  };
  row("all requests, p95", before.requests.p95, summary.requests.p95, "ms");
  row("all requests, p99", before.requests.p99, summary.requests.p99, "ms");
  row("failed requests", before.requests.failedPercent, summary.requests.failedPercent, "%");
  for (const journey of summary.journeys) {
    row(`${journey.name}, p95`, before.journeys.find((j) => j.name === journey.name)?.p95, journey.p95, "ms");
  }
  row("recovery", before.recoverySeconds, summary.recoverySeconds, "s");
  return { started: before.started, rows };
}

const seconds = k6.data.state.testRunDurationMs / 1000;
const all = trend("http_req_duration") ?? { count: 0, p50: null, p95: null, p99: null, max: null };
const summary = {
  profile: k6.profile,
  environment: k6.settings.environment,
  target: process.env.TARGET,
  started: new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19) + "Z",
  seconds: round(seconds),
  passed: true,
  thresholds: thresholds(),
  requests: { ...all, perSecond: round(all.count / seconds), failedPercent: round((metrics.http_req_failed?.values.rate ?? 0) * 100) },
  journeys: journeys(),
  wrongAnswers: metrics.wrong_answers?.values.count ?? 0,
  droppedIterations: metrics.dropped_iterations?.values.count ?? 0,
  recoverySeconds: k6.profile === "stress" ? round(metrics.recovery_seconds?.values.max ?? null) : null,
  overloadSeconds: k6.profile === "stress" ? k6.settings.overloadSeconds : null,
  series: await series(),
};
if (summary.requests.count === 0) {
  summary.thresholds.push({ metric: "http_reqs", expression: "count>0", passed: false, value: 0, limit: 0, unit: "" });
}
summary.passed = summary.thresholds.every((t) => t.passed);
summary.comparison = comparison(summary);

writeFileSync(join(out, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
writeFileSync(join(out, "report.html"), page(summary));

const text = (value, unit) => (value === null ? "none" : `${value}${unit ? " " + unit : ""}`);
for (const t of summary.thresholds) {
  console.log(`${t.passed ? "holds" : "FAILS"}  ${t.metric} ${t.expression}: ${text(t.value, t.unit)}`);
}
for (const row of summary.comparison?.rows ?? []) {
  if (row.worse) console.log(`worse  ${row.what}: ${text(row.is, row.unit)}, was ${text(row.was, row.unit)} in the baseline of ${summary.comparison.started}`);
}
console.log(`${summary.profile}: ${summary.passed ? "passed" : "failed"}, ${summary.requests.count} requests in ${text(summary.seconds, "s")}`);
process.exit(summary.passed ? 0 : 99);
