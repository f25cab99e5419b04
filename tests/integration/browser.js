/*
 * browser.js - headless Chromium, told what to do by lines of JSON; consumers.py has the other end.
 *
 *   node browser.js MODULES CHROMIUM
 *
 * MODULES is the folder that holds playwright-core. Each line of standard input is {"do": NAME,
 * ...}; each gets one line of answer, {"value": ...} or {"error": TEXT}. One page at a time: "open"
 * begins anew with an empty profile. Waits end after LIMIT.
 */
'use strict';

const path = require('path');
const readline = require('readline');

const LIMIT = 60000;
const [modules, executablePath] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));

// As root and offline; WebGL (speedscope) without a graphics card.
const args = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--enable-unsafe-swiftshader', '--use-gl=angle',
  '--use-angle=swiftshader',
];

let browser, context, page, seen;

function listen() {
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error')
      seen.errors.push(message.text());
  });
  page.on('request', (request) => seen.requests.push(request.url()));
}

const commands = {
  async open({ width = 1280, height = 800, scheme = 'light' }) {
    browser = browser || await chromium.launch({ executablePath, args });
    if (context)
      await context.close();
    context = await browser.newContext(
      { viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
    context.setDefaultTimeout(LIMIT);
    page = await context.newPage();
    seen = { dialogs: [], errors: [], requests: [] };
    listen();
  },
  goto: ({ url }) => page.goto(url).then(() => null),
  title: () => page.title(),
  evaluate: ({ script }) => page.evaluate(script),
  // waitForFunction() needs eval() in the page, which a page may forbid.
  async wait({ script }) {
    for (const end = Date.now() + LIMIT; ;) {
      const value = await page.evaluate(script);
      if (value)
        return value;
      if (Date.now() > end)
        throw new Error('never true: ' + script);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  click: ({ selector, options }) => page.click(selector, options),
  fill: ({ selector, text }) => page.fill(selector, text),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text),
  hover: ({ selector }) => page.hover(selector),
  // A list of [action, ...]: ["move", x, y], ["down"], ["up"], ["click", x, y], ["wheel", x, y].
  async mouse({ actions }) {
    for (const [action, ...rest] of actions)
      await page.mouse[action](...rest);
  },
  size: ({ width, height }) => page.setViewportSize({ width, height }),
  scheme: ({ scheme }) => page.emulateMedia({ colorScheme: scheme }),
  upload: ({ selector, files }) => page.setInputFiles(selector, files),
  screenshot: ({ file }) => page.screenshot({ path: file }).then(() => null),
  // What a click on selector, or that script, downloads: saved as file.
  async download({ selector, script, file }) {
    const [download] = await Promise.all([
      page.waitForEvent('download'), selector ? page.click(selector) : page.evaluate(script)]);
    await download.saveAs(file);
    return download.suggestedFilename();
  },
  seen: () => seen,
};

async function answer(line) {
  try {
    const request = JSON.parse(line);
    const value = await commands[request.do](request);
    return { value: value === undefined ? null : value };
  } catch (error) {
    return { error: String(error && error.message || error) };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(JSON.stringify(await answer(line)) + '\n');
  if (browser)
    await browser.close();
}

main();
