// What a run is about: an environment of environments.json, with what the variables of the process replace.
const environments = JSON.parse(open("../environments.json"));

function number(name, otherwise) {
  const text = __ENV[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${name} is ${text}, must be a number above 0`);
  return value;
}

const name = __ENV.ENVIRONMENT || "local";
const defaults = environments[name];
if (!defaults) {
  throw new Error(`ENVIRONMENT is ${name}, must be one of ${Object.keys(environments).join(", ")}`);
}

export const settings = {
  environment: name,
  target: (__ENV.TARGET || "").replace(/\/+$/, ""),
  password: __ENV.SIGN_IN_PASSWORD || "any",
  // Journeys that begin in a second.
  normal: number("RATE", defaults.normal),
  peak: number("RATE", defaults.peak),
  overload: number("RATE", defaults.overload),
  // Seconds.
  performanceSeconds: number("SECONDS", defaults.performanceSeconds),
  loadSeconds: number("SECONDS", defaults.loadSeconds),
  overloadSeconds: number("SECONDS", defaults.overloadSeconds),
  recoverySeconds: defaults.recoverySeconds,
  recoveryLimit: number("RECOVERY_LIMIT", defaults.recoveryLimit),
  // Milliseconds.
  p95: number("P95", defaults.p95),
  p99: number("P99", defaults.p99),
};
