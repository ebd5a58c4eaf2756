// Load: whether the platform keeps up with the expected peak for as long as it lasts.
import { journey } from "./lib/journeys.js";
import { arrivals, giveUp, summary, summaryTrendStats, thresholds } from "./lib/profile.js";
import { settings } from "./lib/settings.js";

const limits = thresholds();
limits.http_req_failed.push(giveUp);
// A few journeys may not begin in time while the platform scales out.
limits.dropped_iterations = [`count<${Math.max(1, Math.ceil(settings.peak * settings.loadSeconds * 0.01))}`];

const ramp = Math.ceil(settings.loadSeconds / 6);

export const options = {
  scenarios: {
    peak: arrivals("ramping-arrival-rate", settings.peak, {
      startRate: Math.max(1, Math.round(settings.peak / 10)),
      stages: [
        { target: Math.round(settings.peak), duration: `${ramp}s` },
        { target: Math.round(settings.peak), duration: `${settings.loadSeconds - ramp}s` },
      ],
    }),
  },
  thresholds: limits,
  summaryTrendStats,
};

export const visit = journey;
export const handleSummary = summary("load");
