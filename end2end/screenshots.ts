import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';
import { test } from './support/run/fixtures';
import { ALL_LOOKS, inEachLook, type Look } from './support/tours/looks';
import { TOURS, TOURS_AT } from './support/tours/tours';

test.use({ serverOptions: TOURS_AT });

const FOLDER = join(__dirname, 'screenshots');
const ROWS_A_SHEET = 4;

test('every page in its main states, wide and narrow, light and dark', async ({
  site,
  server,
  guard,
  browser,
}) => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const stops: string[] = [];
  for (const [, tour] of TOURS) {
    await tour({
      site,
      server,
      guard,
      visit: async (stop, page) => {
        stops.push(`${String(stops.length + 1).padStart(2, '0')} ${stop}`);
        const shoot = async (look: Look): Promise<void> => {
          const path = join(FOLDER, fileName(stops.at(-1) as string, look));
          await page.screenshot({ path, fullPage: true, animations: 'disabled' });
        };
        await inEachLook(page, shoot, ALL_LOOKS);
      },
    });
  }
  await contactSheets(browser, stops);
});

function fileName(stop: string, { width, colorScheme }: Look): string {
  return `${stop.replace(/[^a-zA-Z0-9]+/g, '-')}-${width}-${colorScheme}.png`;
}

/** Puts all pictures side by side: on one page to scroll through, and in overview pictures. */
async function contactSheets(browser: Browser, stops: readonly string[]): Promise<void> {
  writeFileSync(join(FOLDER, 'index.html'), sheet(stops));
  const page = await browser.newPage({ viewport: { width: 1700, height: 900 } });
  for (let first = 0; first < stops.length; first += ROWS_A_SHEET) {
    const name = `contact-sheet-${first / ROWS_A_SHEET + 1}`;
    const html = join(FOLDER, `${name}.html`);
    writeFileSync(html, sheet(stops.slice(first, first + ROWS_A_SHEET)));
    await page.goto(pathToFileURL(html).href);
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
    rmSync(html);
  }
  await page.close();
}

function sheet(stops: readonly string[]): string {
  const row = (stop: string): string =>
    `<h2>${stop}</h2><div>${ALL_LOOKS.map((look) => picture(stop, look)).join('')}</div>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Twinlock, page by page</title>
<style>
  body { font: 16px sans-serif; background: #888; margin: 1rem; }
  h2 { margin: 1rem 0 0.25rem; }
  div { display: flex; gap: 0.5rem; align-items: flex-start; }
  img { max-height: 900px; }
</style>
${stops.map(row).join('\n')}
</html>`;
}

function picture(stop: string, look: Look): string {
  const width = look.width > 600 ? 600 : 200;
  const file = fileName(stop, look);
  return `<a href="${file}"><img width="${width}" src="${file}" alt="${file}"></a>`;
}
