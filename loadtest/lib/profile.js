// What the profiles have in common: thresholds, and how k6's own summary is handed over.
import { settings } from "./settings.js";

export const journeys = ["sign-in", "browse", "list-matters", "upload", "open", "sign", "search"];

// thresholds fail a run. Those of a stress test look at one scenario only: where.
export function thresholds(where) {
  const of = (metric, tags) => (tags.length > 0 ? `${metric}{${tags.join(",")}}` : metric);
  const tags = where ? [`scenario:${where}`] : [];
  const all = {
    [of("http_req_failed", tags)]: ["rate<0.01"],
    [of("http_req_duration", tags)]: [`p(95)<${settings.p95}`, `p(99)<${settings.p99}`],
    wrong_answers: ["count==0"],
    script_errors: ["count==0"],
  };
  for (const journey of journeys) {
    all[of("http_req_duration", [`journey:${journey}`])] = where ? ["max>=0"] : [`p(95)<${settings.p95 * 1.5}`];
    all[of("http_req_failed", [`journey:${journey}`])] = ["rate<=1"]; // never fails: it makes k6 count by journey
  }
  return all;
}

// abortOnFail ends a run that does nothing but harm: half of the requests fail.
export const giveUp = { threshold: "rate<0.5", abortOnFail: true, delayAbortEval: "10s" };

// arrivals starts journeys at a rate, whatever the platform does with them: a slow answer does not slow the load down.
export function arrivals(executor, rate, more) {
  return Object.assign({
    executor, exec: "visit", timeUnit: "1s",
    preAllocatedVUs: Math.max(10, Math.ceil(rate * 2)), maxVUs: Math.max(20, Math.ceil(rate * 10)), gracefulStop: "10s",
  }, more);
}

export const summaryTrendStats = ["min", "med", "avg", "p(95)", "p(99)", "max", "count"];

// summary hands k6's figures to report.mjs, which makes the report of them; a line per threshold is printed there.
export function summary(profile) {
  return (data) => ({
    [`${__ENV.OUT}/k6.json`]: JSON.stringify({ profile, settings: Object.assign({}, settings, { password: undefined }), data }),
  });
}
