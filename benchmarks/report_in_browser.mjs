// A check for workstations, not for CI: opens a report in headless Chromium and looks at it as readers do.
//
//   npm install playwright-core axe-core html-validate
//   node benchmarks/report_in_browser.mjs report.html SHOTS [/usr/bin/chromium]
//
// Looks for: requests, console errors, violations that axe knows, anything wider than the window (390 and 1280 px, light
// and dark, and in print), what the date slider and the heads of tables do, and the page without scripts. Pictures of all
// of it are written to the folder SHOTS, to be looked at. Ends with 1 if anything is wrong.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";

const require = createRequire(join(process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [file, shots, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const text = readFileSync(resolve(file), "utf8");
const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text)[1].replaceAll("&#39;", "'");
mkdirSync(shots, { recursive: true });

// The strictest server: the page's own policy in the head of the answer, and nothing else to be had.
const asked = [];
const server = createServer((request, answer) => {
  asked.push(request.url);
  // browsers ask every server for its icon, whatever a page allows
  answer.writeHead(request.url === "/" ? 200 : 204, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
  answer.end(request.url === "/" ? text : "");
}).listen(0);
const home = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const wrong = [];

async function opened(options, address = home) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`script: ${error}`));
  await page.goto(address, { waitUntil: "load" });
  return page;
}

async function overflow(page, name) {
  const found = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > wide + 0.5 && !one.closest(".skip, thead"));
    return { scroll: document.documentElement.scrollWidth - wide, over: over.slice(0, 5).map((one) => `${one.tagName}.${one.getAttribute("class")} ${one.textContent.trim().slice(0, 40)}`) };
  });
  if (found.scroll > 0 || found.over.length) wrong.push(`${name}: wider than the window by ${found.scroll}: ${found.over.join(" | ")}`);
}

async function accessible(page, name) {
  await page.addScriptTag({ content: axe }).catch(() => {});
  const found = await page.evaluate(() => window.axe && window.axe.run(document, { resultTypes: ["violations"] }));
  if (!found) return wrong.push(`${name}: axe could not run`);
  for (const one of found.violations) wrong.push(`${name}: axe ${one.id} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].any.map((each) => each.message).join("; ").slice(0, 200)}`);
}

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    const name = `${width}-${colorScheme}`;
    const page = await opened({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme, bypassCSP: false });
    await overflow(page, name);
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
    await page.context().close();
    // axe is not the page's own script: its policy is set aside to let it in.
    const checked = await opened({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    await accessible(checked, name);
    await checked.context().close();
  }
}

const page = await opened({ viewport: { width: 1280, height: 900 } });
const slider = page.locator("#date-slider");
if (await slider.count()) {
  const before = await page.locator(".reading").allTextContents();
  await slider.focus();
  await page.keyboard.press("End");
  const after = await page.locator(".reading").allTextContents();
  if (before.join() === after.join()) wrong.push("the date slider moves no reading");
  const data = JSON.parse(await page.locator("#report-data").textContent());
  after.forEach((told, k) => {
    if (!told.includes(data.by_date.curves[k].printed.at(-1))) wrong.push(`curve ${k} reads ${told} at its end`);
  });
}
const head = page.locator("#assumptions th button").first();
if (await head.count()) {
  await head.focus();
  await page.keyboard.press("Enter");
  const order = await page.locator("#assumptions tbody th").allTextContents();
  if (order.join() !== [...order].sort((a, b) => a.trim().localeCompare(b.trim())).join()) wrong.push("assumptions are not sorted by their first column");
  if ((await page.locator("#assumptions th[aria-sort=ascending]").count()) !== 1) wrong.push("the sorted column does not say so");
}
await page.emulateMedia({ media: "print" });
await page.setViewportSize({ width: 690, height: 1000 });
await overflow(page, "print");
await page.pdf({ path: join(shots, "print.pdf"), format: "A4", preferCSSPageSize: true });

const bare = await opened({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false });
if (await bare.locator(".slider").isVisible()) wrong.push("without scripts the slider is shown, and does nothing");
await bare.screenshot({ path: join(shots, "no-script.png"), fullPage: true });

const local = await opened({ viewport: { width: 1280, height: 900 } }, `file://${resolve(file)}`);
const requests = [];
local.on("request", (request) => requests.push(request.url()));
await local.reload();
if (requests.length !== 1) wrong.push(`requests from a file: ${requests.join(" ")}`);
if (asked.some((one) => one !== "/" && one !== "/favicon.ico")) wrong.push(`requests from a server: ${[...new Set(asked)].join(" ")}`);

await browser.close();
server.close();
console.log(wrong.length ? wrong.join("\n") : `${file}: nothing wrong; look at ${shots}`);
process.exitCode = wrong.length ? 1 : 0;
