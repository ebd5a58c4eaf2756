// Performance: how fast the platform is under normal conditions.
import { journey } from "./lib/journeys.js";
import { arrivals, giveUp, summary, summaryTrendStats, thresholds } from "./lib/profile.js";
import { settings } from "./lib/settings.js";

const limits = thresholds();
limits.http_req_failed.push(giveUp);
limits.dropped_iterations = ["count==0"];

export const options = {
  scenarios: { normal: arrivals("constant-arrival-rate", settings.normal, { rate: settings.normal, duration: `${settings.performanceSeconds}s` }) },
  thresholds: limits,
  summaryTrendStats,
};

export const visit = journey;
export const handleSummary = summary("performance");
