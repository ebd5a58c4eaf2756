// What people of a legal office do, and how often. Every request carries the tag journey, by which it is measured, and a name
// in which ids are left out, so that metrics do not grow with the data.
import http from "k6/http";
import ws from "k6/ws";
import { Counter } from "k6/metrics";
import { sleep } from "k6";
import exec from "k6/execution";
import { settings } from "./settings.js";

// wrongAnswers counts answers that say they are right and are not: a document that comes back as another, a list without
// what was just put into it. Overload may delay or refuse; it must never do that.
const wrongAnswers = new Counter("wrong_answers");

// scriptErrors counts mistakes of these scripts: k6 only logs them, and a journey that breaks off measures nothing.
const scriptErrors = new Counter("script_errors");

function wrong(journey, what) {
  wrongAnswers.add(1, { journey });
  console.error(`${journey}: ${what}`);
}

function call(journey, method, path, name, body, headers) {
  return http.request(method, settings.target + path, body, {
    headers: Object.assign(session ? { Authorization: `Bearer ${session}` } : {}, headers),
    tags: { journey, name: `${method} ${name}` },
    timeout: "30s",
  });
}

// json is the body of an answer that went well, or null.
function json(response) {
  if (response.status < 200 || response.status > 299) return null;
  try {
    return response.json();
  } catch (_) {
    return null;
  }
}

// Each virtual user is one person with one session, which lasts for some journeys.
let session = "";
let journeysOfSession = 0;
const journeysPerSession = 20;

export function signIn() {
  session = "";
  const answer = call("sign-in", "POST", "/sessions", "/sessions",
    JSON.stringify({ user: `k6-${__VU}`, password: settings.password }), { "Content-Type": "application/json" });
  const body = json(answer);
  if (body && !body.token) wrong("sign-in", "the answer has no token");
  session = body ? body.token : "";
  journeysOfSession = 0;
  return session !== "";
}

// listMatters gives back the id of one of them, or nothing.
export function listMatters() {
  const body = json(call("list-matters", "GET", "/matters?page=1", "/matters"));
  if (!body) return "";
  if (!Array.isArray(body.matters) || body.matters.length === 0) {
    wrong("list-matters", "there are no matters");
    return "";
  }
  return body.matters[exec.vu.iterationInInstance % body.matters.length].id;
}

// browse does what browsers do with old applications: a sign-in comes back by an address with parameters, a form is sent with a token in a
// cookie and in a header, and a script is asked for by its version. k6 keeps the cookies. What is lost on the way shows as a wrong answer.
export function browse() {
  const left = http.get(`${settings.target}/sign-in`, { redirects: 0, tags: { journey: "browse", name: "GET /sign-in" }, timeout: "30s" });
  const back = left.headers.Location || "";
  if (left.status === 303) {
    const query = back.slice(back.indexOf("?"));
    if (!back.startsWith(`${settings.target}/sign-in/callback?`)) {
      wrong("browse", `the sign-in comes back to ${back}, which is not where it left: port or protocol were lost on the way`);
    }
    const answer = call("browse", "GET", `/sign-in/callback${query}`, "/sign-in/callback");
    if (answer.status === 400) wrong("browse", `the sign-in that came back to ${back} has lost something: ${answer.body}`);
  }

  const form = call("browse", "GET", "/form", "/form");
  const token = json(form);
  if (token) {
    const sent = call("browse", "POST", "/form", "/form", "note=k6",
      { "X-CSRF-Token": token.token, "Content-Type": "application/x-www-form-urlencoded" });
    if (sent.status === 403) wrong("browse", `the form has lost its token: ${sent.body}`);
    const noted = json(sent);
    if (noted && noted.note !== "k6") wrong("browse", "the form was not what was sent");
  }

  const version = `${1 + (exec.scenario.iterationInTest % 2)}`;
  const script = call("browse", "GET", `/static/app.js?v=${version}`, "/static/app.js");
  if (script.status === 400 || (script.status === 200 && !script.body.includes(`"${version}"`))) {
    wrong("browse", `version ${version} of the script came back as another: ${script.body}`);
  }
}

// searchLive asks over a WebSocket, as a page does while somebody types. An answer that is no WebSocket is wrong: Upgrade was lost on the
// way. k6 measures WebSockets apart from requests.
export function searchLive() {
  let answers = 0;
  const answer = ws.connect(`${settings.target.replace(/^http/, "ws")}/live`, {
    headers: { Authorization: `Bearer ${session}`, Origin: settings.target.split("/").slice(0, 3).join("/") },
    tags: { journey: "search-live", name: "GET /live" },
  }, (socket) => {
    socket.on("open", () => socket.send("lease"));
    socket.on("message", (text) => {
      answers += 1;
      if (!Array.isArray(JSON.parse(text).matters)) wrong("search-live", "the answer has no matters");
      socket.close();
    });
    socket.setTimeout(() => socket.close(), 10000);
  });
  if (answer.status >= 200 && answer.status < 300 || answer.status === 426) {
    wrong("search-live", `a WebSocket was answered with ${answer.status}`);
  } else if (answer.status === 101 && answers !== 1) {
    wrong("search-live", `a WebSocket has ${answers} answers to one question`);
  }
}

let uploads = 0;

// workOnDocument uploads a document, opens it again, and signs it: the order in which people do.
export function workOnDocument(matter) {
  uploads += 1;
  const document = `k6-${__VU}-${uploads}-${Date.now()}.txt`;
  const path = `/matters/${matter}/documents/${document}`;
  const content = `Contract ${document}\n`.repeat(200);
  const uploaded = call("upload", "PUT", path, "/matters/{matter}/documents/{name}", content, { "Content-Type": "text/plain" });
  if (uploaded.status !== 201 && uploaded.status !== 200) return;

  const opened = call("open", "GET", path, "/matters/{matter}/documents/{name}");
  if (opened.status === 200 && opened.body !== content) wrong("open", `${document} came back as another`);

  const signed = json(call("sign", "POST", `${path}/signatures`, "/matters/{matter}/documents/{name}/signatures"));
  if (signed && signed.name !== document) wrong("sign", `${document} was not what was signed`);
}

export function search() {
  const body = json(call("search", "GET", "/search?q=lease", "/search"));
  if (body && !Array.isArray(body.matters)) wrong("search", "the answer has no matters");
}

// journey is one visit: everybody reads and searches, one in three works on a document.
export function journey() {
  try {
    visit();
  } catch (mistake) {
    scriptErrors.add(1);
    console.error(`script: ${mistake}`);
  }
}

function visit() {
  if (session === "" || journeysOfSession >= journeysPerSession) {
    if (!signIn()) return;
    browse();
    searchLive();
  }
  journeysOfSession += 1;
  const matter = listMatters();
  if (matter !== "" && exec.scenario.iterationInTest % 3 === 0) workOnDocument(matter);
  search();
}

// probe looks, as one more visitor, whether the platform is well again: it answers and is fast enough.
export function probe() {
  const began = Date.now();
  const well = (session !== "" || signIn()) && listMatters() !== "";
  sleep(0.25);
  return well && Date.now() - began - 250 <= settings.p95 * 2;
}
