// The report as one page that needs nothing else: no script, no font, no address of anywhere.

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const show = (value, unit = "") => (value === null || value === undefined ? "–" : `${Number(value).toLocaleString("en-GB")}${unit ? "\u202f" + unit : ""}`);

const style = `
  :root { color-scheme: light; --ink: #1b2430; --soft: #5b6675; --line: #dde3ea; --good: #1f7a4d; --bad: #b3261e; --first: #2458a6; --second: #c26a00; }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #f5f7f9; margin: 0; }
  main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
  h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; }
  p { margin: 4px 0; } .soft { color: var(--soft); }
  .verdict { display: inline-block; padding: 2px 12px; border-radius: 4px; color: #fff; font-weight: 600; }
  .passed { background: var(--good); } .failed { background: var(--bad); }
  .panel { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px; overflow-x: auto; }
  .figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0 0; }
  .figures div { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 8px 16px; min-width: 120px; }
  .figures b { display: block; font-size: 20px; } .figures span { color: var(--soft); font-size: 13px; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th { text-align: left; color: var(--soft); font-weight: 600; font-size: 13px; }
  th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  tr:last-child td { border-bottom: 0; } .number { text-align: right; }
  .good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
  svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 16px; }
  @media (max-width: 520px) { .charts { grid-template-columns: 1fr; } }
`;

// ticks are round values from 0 to at least most.
function ticks(most) {
  const rough = Math.max(most, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Math.round(i * step * 1e6) / 1e6);
}

const plain = (value) => (Number.isInteger(value) ? value.toLocaleString("en-GB") : String(Math.round(value * 100) / 100));

// chart draws lines over the time of the run: both axes have units, and what happened in it is marked.
function chart({ title, unit, lines, limit, summary }) {
  const [width, height, left, right, top, bottom] = [520, 240, 56, 16, 40, 44];
  const interval = summary.series.intervalSeconds;
  const count = Math.max(...lines.map((l) => l.values.length), 2);
  const seconds = (count - 1) * interval;
  const most = Math.max(...lines.flatMap((l) => l.values.filter((v) => v !== null)), limit?.value ?? 0, 1);
  const rows = ticks(most * 1.05);
  const columns = ticks(seconds).filter((s) => s <= seconds);
  const x = (s) => left + (s / seconds) * (width - left - right);
  const y = (v) => height - bottom - (v / rows.at(-1)) * (height - top - bottom);
  const parts = [`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)} in ${escape(unit)} over seconds">`];
  parts.push(`<text x="${left}" y="16" font-size="14" font-weight="600" fill="#1b2430">${escape(title)}</text>`);
  parts.push(`<text x="${left}" y="32" fill="#5b6675">${escape(unit)}</text>`);
  if (summary.overloadSeconds !== null && summary.overloadSeconds < seconds) {
    parts.push(`<rect x="${left}" y="${top}" width="${x(summary.overloadSeconds) - left}" height="${height - top - bottom}" fill="#f7ece1"/>`);
    parts.push(`<text x="${left + 6}" y="${top + 14}" fill="#8a4b00">overload</text>`);
  }
  for (const row of rows) {
    parts.push(`<line x1="${left}" x2="${width - right}" y1="${y(row)}" y2="${y(row)}" stroke="#dde3ea"/>`);
    parts.push(`<text x="${left - 8}" y="${y(row) + 4}" text-anchor="end" fill="#5b6675">${plain(row)}</text>`);
  }
  for (const column of columns) {
    parts.push(`<text x="${x(column)}" y="${height - bottom + 18}" text-anchor="middle" fill="#5b6675">${plain(column)}</text>`);
  }
  parts.push(`<text x="${width - right}" y="${height - 6}" text-anchor="end" fill="#5b6675">seconds since the start</text>`);
  if (limit) {
    parts.push(`<line x1="${left}" x2="${width - right}" y1="${y(limit.value)}" y2="${y(limit.value)}" stroke="#b3261e" stroke-dasharray="5 4"/>`);
    parts.push(`<text x="${width - right}" y="${y(limit.value) - 5}" text-anchor="end" fill="#b3261e">${escape(limit.text)}</text>`);
  }
  if (summary.recoverySeconds !== null && summary.overloadSeconds + summary.recoverySeconds <= seconds) {
    const at = x(summary.overloadSeconds + summary.recoverySeconds);
    parts.push(`<line x1="${at}" x2="${at}" y1="${top}" y2="${height - bottom}" stroke="#1f7a4d" stroke-dasharray="2 3"/>`);
    parts.push(`<text x="${at + 5}" y="${top + 14}" fill="#1f7a4d">well again</text>`);
  }
  lines.forEach((line, i) => {
    let path = "";
    let pen = false;
    line.values.forEach((value, j) => {
      if (value === null) return void (pen = false);
      path += `${pen ? "L" : "M"}${x(j * interval).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = true;
    });
    parts.push(`<path d="${path}" fill="none" stroke="${line.colour}" stroke-width="2" stroke-linejoin="round"/>`);
    if (lines.length > 1) {
      parts.push(`<text x="${width - right - i * 110}" y="16" text-anchor="end" fill="${line.colour}" font-weight="600">— ${escape(line.name)}</text>`);
    }
  });
  return `<div class="panel">${parts.join("")}</svg></div>`;
}

function table(header, rows) {
  const cell = (tag, [text, kind]) => `<${tag}${kind ? ` class="${kind}"` : ""}>${text}</${tag}>`;
  return `<div class="panel"><table><tr>${header.map((h) => cell("th", h)).join("")}</tr>${rows
    .map((row) => `<tr>${row.map((c) => cell("td", c)).join("")}</tr>`).join("")}</table></div>`;
}

const n = (text) => [text, "number"];

function comparisonTable(comparison) {
  if (comparison === null) return '<p class="soft">There is no baseline of this profile and environment.</p>';
  return `<p class="soft">With the run of ${escape(comparison.started)}. Worse is half as much again and more; it is told, and fails nothing.</p>` +
    table([["what"], n("then"), n("now"), n("change"), [""]], comparison.rows.map((row) => [
      [escape(row.what)], n(show(row.was, row.unit)), n(show(row.is, row.unit)),
      n(row.changePercent === null ? "–" : `${row.changePercent > 0 ? "+" : ""}${show(row.changePercent, "%")}`),
      row.worse ? ["worse", "bad"] : [""],
    ]));
}

// page is the report of a summary.
export function page(summary) {
  const { series, requests } = summary;
  const p95 = summary.thresholds.find((t) => /^http_req_duration(\{scenario:after\})?$/.test(t.metric) && t.expression.startsWith("p(95)"));
  const name = { performance: "Performance: normal conditions", load: "Load: the expected peak, sustained", stress: "Stress: past the limit, then recovery" }[summary.profile];
  const failed = summary.thresholds.filter((t) => !t.passed);
  const figures = [
    [show(requests.count), "requests"], [show(requests.perSecond), "requests a second"], [show(requests.p95, "ms"), "p95 of all requests"],
    [show(requests.failedPercent, "%"), "failed"], [show(summary.wrongAnswers), "wrong answers"],
    ...(summary.profile === "stress" ? [[show(summary.recoverySeconds, "s"), "until well again"]] : []),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test: ${escape(summary.profile)}, ${escape(summary.environment)}</title><style>${style}</style></head><body><main>
<h1>${escape(name)}</h1>
<p class="soft">${escape(summary.target)} · ${escape(summary.environment)} · ${escape(summary.started)} · ${show(summary.seconds, "s")}</p>
<p><span class="verdict ${summary.passed ? "passed" : "failed"}">${summary.passed ? "passed" : "failed"}</span>
${failed.length ? `<span class="bad">${failed.slice(0, 3).map((t) => escape(`${t.metric} ${t.expression}`)).join("; ")}${failed.length > 3 ? ` and ${failed.length - 3} more` : ""}</span>` : `<span class="soft">every threshold holds</span>`}</p>
<div class="figures">${figures.map(([value, what]) => `<div><b>${value}</b><span>${what}</span></div>`).join("")}</div>
<h2>Thresholds</h2>
${table([["metric"], ["has to be"], n("was"), [""]], summary.thresholds.map((t) => [
    [escape(t.metric)], [escape(t.expression)], n(show(t.value, t.unit)), t.passed ? ["holds", "good"] : ["fails", "bad"],
  ]))}
<h2>Over time</h2>
<div class="charts">
${chart({ title: "Requests", unit: "per second", summary, lines: [{ name: "requests", values: series.requestsPerSecond, colour: "#2458a6" }] })}
${chart({ title: "Time to answer", unit: "milliseconds", summary,
    limit: p95 && { value: p95.limit, text: `limit of p95: ${plain(p95.limit)} ms` },
    lines: [{ name: "p95", values: series.p95, colour: "#c26a00" }, { name: "p50", values: series.p50, colour: "#2458a6" }] })}
${chart({ title: "Failed requests", unit: "per cent", summary, lines: [{ name: "failed", values: series.failedPercent, colour: "#b3261e" }] })}
${chart({ title: "Virtual users", unit: "users", summary, lines: [{ name: "users", values: series.users, colour: "#2458a6" }] })}
</div>
<h2>Journeys</h2>
${table([["journey"], n("requests"), n("per second"), n("p50"), n("p95"), n("p99"), n("slowest"), n("failed")], summary.journeys.map((j) => [
    [escape(j.name)], n(show(j.count)), n(show(j.perSecond)), n(show(j.p50, "ms")), n(show(j.p95, "ms")), n(show(j.p99, "ms")), n(show(j.max, "ms")),
    n(show(j.failedPercent, "%")),
  ]))}
<h2>Comparison with the baseline</h2>
${comparisonTable(summary.comparison)}
</main></body></html>
`;
}
