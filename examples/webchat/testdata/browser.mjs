// A user of the page, in headless Chromium. It ends with an error at the first surprise, and leaves
// a picture of each thing it has seen.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [url, chromium, pictures] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.setViewport({ width: 900, height: 760 });

const complaints = []; // of the page, and of its Content-Security-Policy
page.on('pageerror', error => complaints.push(error.message));
page.on('console', message => complaints.push(message.text()));
const requests = [];
page.on('request', request => requests.push(request.url()));

const text = selector => page.$$eval(selector, found => found.map(e => e.textContent));
const last = async selector => (await text(`article:last-of-type ${selector}`)).join('|');
const picture = name => page.screenshot({ path: join(pictures, name + '.png') });
const until = (met, ...args) => page.waitForFunction(met, { timeout: 60000, polling: 20 }, ...args);
const untilSays = (selector, want) => until((s, w) => document.querySelector(s)?.textContent.includes(w), selector, want);
const untilDone = () => untilSays('form button', 'Send');
async function say(what) {
  const before = (await text('article.user')).length;
  await page.type('textarea', what);
  await page.keyboard.press('Enter');
  await until(n => document.querySelectorAll('article.user').length > n, before); // drawn at once with the button
}

async function run(name, steps) {
  try {
    await steps();
    assert.deepEqual(complaints, []);
    for (const r of requests) assert.ok(r.startsWith(url) || r.startsWith('data:'), r); // nothing is loaded from elsewhere
  } catch (error) {
    await picture('failed');
    console.error(`FAIL ${name}: ${error.stack}\n${await page.evaluate(() => document.body.innerText)}\n${complaints.join('\n')}`);
    process.exit(1);
  }
  console.log('ok ' + name);
}

await page.goto(url);

await run('a question, whose answer comes word after word', async () => {
  await page.evaluate(() => {
    window.seen = [];
    new MutationObserver(() => {
      const now = document.querySelector('article:last-of-type .text')?.textContent;
      if (now && now !== window.seen.at(-1)) window.seen.push(now);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await say('Tell a story.');
  await untilDone();
  assert.equal(await last('.text'), 'Once upon a time there was a gopher.');
  const seen = await page.evaluate(() => window.seen);
  assert.ok(seen.length > 3 && seen.every((s, i) => i === 0 || s.startsWith(seen[i - 1])), seen.join('\n'));
  assert.equal(await last('.reasoning summary'), 'Reasoning');
  assert.equal(await page.$eval('article:last-of-type .reasoning', e => e.open), false);
  await page.click('article:last-of-type .reasoning summary');
  assert.equal(await last('.reasoning > div'), 'They want a story.');
  assert.equal(await last('.foot'), 'openai/gpt-5.2 · 30 tokens · $0.0100');
  await picture('question');
});

await run('a tool, then a call that is allowed', async () => {
  await say('Is it raining? Then mail Ada.');
  await untilDone();
  assert.deepEqual(await text('article:last-of-type .tool summary'), ['get_weatherdone', 'send_mailwaits for you']);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await picture('approval');
  await page.click('article:last-of-type .ask .main');
  await untilSays('article:last-of-type .tool ~ .text', 'sent');
  await untilDone();
  assert.deepEqual(await text('article:last-of-type .tool summary'), ['get_weatherdone', 'send_maildone']);
  assert.match(await last('.tool'), /sent to ada@example\.com/);
  await page.emulateMediaFeatures([]);
});

await run('a call that is refused', async () => {
  await say('Mail Bob.');
  await untilDone();
  await page.click('article:last-of-type .ask button');
  await untilSays('article:last-of-type .tool ~ .text', 'leave it');
  await untilDone();
  assert.match(await last('.tool summary'), /not allowed/);
});

await run('a call that is loaded again and then allowed', async () => {
  await say('Mail Bob.');
  await untilDone();
  await page.reload();
  await until(() => document.querySelector('.ask .main'));
  await page.$eval('.ask .main', button => { button.click(); button.click(); }); // is one decision
  await untilSays('article:last-of-type .tool ~ .text', 'sent');
  await untilDone();
});

await run('stop', async () => {
  await say('Count for ever.');
  await untilSays('article:last-of-type .text', 'two');
  await picture('writing');
  await page.click('form button');
  await untilDone();
  assert.equal(await last('.foot'), 'stopped');
});

await run('the conversation is there after the page is loaded again', async () => {
  const before = await text('article .text, article.user');
  await page.reload();
  await untilSays('article:last-of-type .text', 'two');
  assert.deepEqual(await text('article .text, article.user'), before);
  assert.equal((await last('.text')).trim(), 'one two');
  await picture('loaded-again');
});

await run('a phone', async () => {
  await page.setViewport({ width: 390, height: 760 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await picture('phone');
  await page.setViewport({ width: 900, height: 760 });
});

await run('another tab, while this one is answered', async () => {
  await say('Count for ever.');
  await untilSays('article:last-of-type .text', 'two');
  const tab = await browser.newPage();
  await tab.goto(url);
  await tab.waitForSelector('.hello');
  assert.equal(await tab.$eval('.hello', e => e.textContent), 'Loading the conversation…');
  await tab.type('textarea', 'Too early.\n');
  await page.bringToFront();
  await page.click('form button');
  await untilDone();
  await tab.bringToFront();
  await tab.waitForSelector('article', { timeout: 60000 });
  assert.match(await tab.$eval('article:last-of-type .text', e => e.textContent), /two/);
  assert.equal(await tab.$eval('textarea', e => e.value.trim()), 'Too early.');
  await tab.close();
  await page.bringToFront();
});

await run('a call that shows what turns a text around', async () => {
  await say('Spoof.');
  await untilDone();
  assert.match(await last('.tool pre'), /"To": "\\u202emoc.elpmaxe@ada"/);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
  await page.focus('.ask button');
  await page.keyboard.press('Enter');
  await untilSays('article:last-of-type .tool ~ .text', 'leave it');
  await untilDone();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
});

await run('an answer that is cut off', async () => {
  await say('Be long.');
  await untilDone();
  assert.match(await last('.foot'), /cut off: too long/);
});

await run('Markdown that means harm', async () => {
  await say('Show me something evil.');
  await untilDone();
  const answer = 'article:last-of-type';
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.deepEqual(await page.$$eval(`${answer} .text *`, all => all.map(e => e.tagName).filter(t => !['DIV', 'P', 'A', 'STRONG', 'EM', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'H1', 'H3', 'BLOCKQUOTE', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TD', 'TH'].includes(t))), []);
  assert.deepEqual(await page.$$eval(`${answer} .text a`, all => all.map(a => [a.textContent, a.getAttribute('href'), a.rel, a.target])), [
    ['good', 'https://example.com/good', 'noopener noreferrer nofollow', '_blank'],
    ['image: x', 'https://evil.example/leak?secret=1', 'noopener noreferrer nofollow', '_blank'],
    ['https://evil.example', 'https://evil.example', 'noopener noreferrer nofollow', '_blank'], // as text: what one sees is where it leads
    ['bold', 'https://example.com/bold', 'noopener noreferrer nofollow', '_blank'],
    ['https://example.com/plain', 'https://example.com/plain', 'noopener noreferrer nofollow', '_blank'],
    ['in a table', 'https://example.com/cell', 'noopener noreferrer nofollow', '_blank'],
  ]);
  assert.equal(await page.$$eval(`${answer} img, ${answer} script, ${answer} iframe, ${answer} form, ${answer} style`, all => all.length), 0);
  for (const shown of ['<script>', '<img src=x', '<iframe', 'javascript link', 'data link']) assert.ok((await last('.text')).includes(shown), shown);
  await picture('evil');
});

await run('Markdown that is nested without end', async () => {
  await say('Show me something deep.');
  await untilDone();
  assert.match(await last('.text'), /The end\./);
});

await run('an error, and another try', async () => {
  await say('Fail.');
  await untilDone();
  await untilSays('#note span', 'The model is not available. Try again later.');
  await picture('error');
  await page.click('#note button');
  await untilSays('article:last-of-type .text', 'It works again.');
  await untilDone();
  assert.equal((await text('article.user')).filter(t => t === 'Fail.').length, 1);
});

await run('a new conversation', async () => {
  await page.setOfflineMode(true);
  await page.click('#new');
  await untilSays('#note span', 'The server cannot be reached.');
  assert.match(complaints.pop(), /ERR_INTERNET_DISCONNECTED/);
  await page.setOfflineMode(false);
  await page.click('#note button');
  await until(() => document.querySelector('.hello'));
  await page.reload();
  await until(() => document.querySelector('.hello'));
  await picture('new');
});

await run('what a conversation costs more than the budget', async () => {
  await say('Spend.');
  await untilDone();
  await say('Tell a story.');
  await untilDone();
  await untilSays('#note span', 'The budget is spent.');
});

await browser.close();
