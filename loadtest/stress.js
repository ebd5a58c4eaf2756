// Stress: what happens past the limit, and how soon the platform is well again. Under overload it may be slow and may refuse;
// it may not answer wrongly, and when the load is normal again it has to be well again by itself.
import { Trend } from "k6/metrics";
import exec from "k6/execution";
import { journey, probe } from "./lib/journeys.js";
import { arrivals, summary, summaryTrendStats, thresholds } from "./lib/profile.js";
import { settings } from "./lib/settings.js";

const ramp = Math.ceil(settings.overloadSeconds / 3);
const whole = settings.overloadSeconds + settings.recoverySeconds;
// The platform has this long before normal conditions are judged again; recovery_seconds says how long it took.
const settling = Math.min(settings.recoveryLimit, settings.recoverySeconds / 2);

const limits = thresholds("after");
// A platform that refuses half of the requests still serves the other half.
limits["http_req_failed{scenario:overload}"] = ["rate<0.5"];
limits.recovery_seconds = [`max<${settings.recoveryLimit}`];

export const options = {
  scenarios: {
    overload: arrivals("ramping-arrival-rate", settings.overload, {
      startRate: Math.max(1, Math.round(settings.normal)),
      stages: [
        { target: Math.round(settings.overload), duration: `${ramp}s` },
        { target: Math.round(settings.overload), duration: `${settings.overloadSeconds - ramp}s` },
      ],
      gracefulStop: "0s",
    }),
    settling: arrivals("constant-arrival-rate", settings.normal, {
      rate: Math.ceil(settings.normal), duration: `${settling}s`, startTime: `${settings.overloadSeconds}s`, gracefulStop: "0s",
    }),
    after: arrivals("constant-arrival-rate", settings.normal, {
      rate: Math.ceil(settings.normal), duration: `${settings.recoverySeconds - settling}s`, startTime: `${settings.overloadSeconds + settling}s`,
    }),
    watch: { executor: "constant-vus", exec: "watch", vus: 1, duration: `${whole}s`, gracefulStop: "30s" },
  },
  thresholds: limits,
  summaryTrendStats,
};

export const visit = journey;

const recovery = new Trend("recovery_seconds");
const steady = 4; // probes in a row that have to go well
let inARow = 0;
let recovered = false;

// watch measures the time from the end of the overload until the platform is well for some probes in a row.
export function watch() {
  const well = probe();
  const since = (Date.now() - exec.scenario.startTime) / 1000 - settings.overloadSeconds;
  if (since < 0 || recovered) return;
  inARow = well ? inARow + 1 : 0;
  if (inARow >= steady) {
    recovered = true;
    recovery.add(since);
  } else if (since >= settings.recoverySeconds - 1) {
    recovered = true; // it has not: what is left of the run is no answer to how long it takes
    recovery.add(Math.max(since, settings.recoveryLimit * 2));
  }
}

export const handleSummary = summary("stress");
