import { loadavg } from 'node:os';
import type { Browser } from '@playwright/test';
import { test } from '../support/run/fixtures';
import { ADA, type Person, seedMember, seedOwner } from '../support/site/seed';
import { type Downloads, downloads, PARTS } from './downloads';
import { serve } from './peer';
import { kilobytes, p95, Report, spread, spreadOf } from './report';
import { SHAPES, type Shape, type Subject, visit, type Visit } from './visit';
import { HASHES, installStopwatch, type Turn, walk } from './wizard';

const LOADS = 7;
const WALKS = 7;
/**
 * The earlier measurement of django-two-factor-auth's page of bare HTML with the mobile preset
 * (docs/BENCHMARKS.md).
 */
const BARE_HTML = 685;

// Disables libfaketime, because a moved clock would cost the server a file access each time.
test.use({ serverOptions: { settings: { LD_PRELOAD: '' } } });

test('the browser’s side', async ({ server, site, browser, page, guard }) => {
  guard.expectRefusals(401);
  const peer = await serve(variable('BENCH_PEER'));
  const twinlock: Subject = { url: `${server.url}/sign-in`, adopted: 'body[data-ready]' };
  const react: Subject = { url: `${peer.url}/sign-in` };
  const people = seeded();
  seedOwner(server, ADA);
  people.forEach((person) => seedMember(server, person));

  const report = new Report();
  const busy = loadavg()[0] ?? 0;
  const rows: string[][] = [];
  const medians: Record<string, Measured> = {};
  for (const [key, shape] of Object.entries(SHAPES)) {
    const ours: Visit[] = [];
    const theirs: Visit[] = [];
    // The subjects take turns, so that a slow minute of the machine affects both. The first turn is
    // a warm-up.
    for (let turn = 0; turn <= LOADS; turn += 1) {
      const [one, other] = [await fresh(browser, twinlock, shape), await fresh(browser, react, shape)];
      if (turn > 0) {
        ours.push(one);
        theirs.push(other);
      }
    }
    rows.push(row('Twinlock', shape, ours), row('React 19 client', shape, theirs));
    medians[key] = { ours, theirs };
  }
  const { desktop, mobile } = medians as Record<keyof typeof SHAPES, Measured>;

  const first = downloads(desktop.ours[0]?.transfers ?? []);
  const second = await again(browser, twinlock);
  await installStopwatch(page);
  const turns: Turn[] = [];
  for (const person of people) {
    const own = site.as(person);
    await own.enter();
    turns.push(...(await walk(own)));
    await own.signOut();
  }
  peer.stop();

  tellDownloads(report, first, downloads(desktop.theirs[0]?.transfers ?? []));
  report.line(`A second visit asks for: ${second.join(', ')}.`);
  report.table(
    ['page', 'shape', 'first paint, ms', 'form usable, ms', 'app has taken over, ms', 'long tasks after load', 'layout shift'],
    rows,
  );
  tellWizard(report, turns);
  report.line(
    `Least, **median** and most of ${LOADS} loads each, turn by turn. Load of the machine (1 minute): ${busy.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after.`,
  );
  budgets(report, first, second, { desktop, mobile }, turns);

  process.stdout.write(`\n${report.text()}\n\n`);
  const document = process.env['BENCH_DOCUMENT'];
  if (document !== undefined) {
    report.write(document);
  }
});

interface Measured {
  ours: Visit[];
  theirs: Visit[];
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is missing: use cargo xtask bench --browser`);
  }
  return value;
}

function seeded(): Person[] {
  return Array.from({ length: WALKS }, (_, number) => ({
    ...ADA,
    name: `Walker ${number}`,
    email: `walker${number}@example.com`,
  }));
}

/** One load with an empty cache. */
async function fresh(browser: Browser, subject: Subject, shape: Shape): Promise<Visit> {
  const context = await browser.newContext();
  const visited = await visit(context, subject, shape);
  await context.close();
  return visited;
}

/** The requests of a second visit as `path status`, without calls of server functions. */
async function again(browser: Browser, subject: Subject): Promise<string[]> {
  const context = await browser.newContext();
  await visit(context, subject, SHAPES.desktop);
  const { transfers } = await visit(context, subject, SHAPES.desktop);
  await context.close();
  return transfers
    .filter(({ path }) => !path.startsWith('/api/'))
    .map(({ path, status }) => `${path} ${status}`);
}

function row(page: string, { name }: Shape, visits: readonly Visit[]): string[] {
  const adopted = visits.flatMap(({ adopted }) => adopted ?? []);
  const tasks = visits.map(({ longTasks }) => longTasks.length);
  return [
    page,
    name,
    spreadOf(visits.map(({ fcp }) => fcp)),
    spreadOf(visits.map(({ usable }) => usable)),
    adopted.length === 0 ? 'at once' : spreadOf(adopted),
    spreadOf(tasks),
    spread(visits.map(({ shift }) => shift)).max.toFixed(3),
  ];
}

function tellDownloads(report: Report, ours: Downloads, theirs: Downloads): void {
  const cell = (of: Downloads, part: (typeof PARTS)[number]): string => kilobytes(of.parts[part]);
  report.table(
    ['first visit, KB as sent', 'Twinlock', 'React 19 client'],
    [
      ...PARTS.map((part) => [part, cell(ours, part), cell(theirs, part)]),
      ['sum', kilobytes(ours.total), kilobytes(theirs.total)],
      ['WASM, unpacked', kilobytes(ours.wasm), '–'],
    ],
  );
}

function tellWizard(report: Report, turns: readonly Turn[]): void {
  const steps = [...new Set(turns.map(({ step }) => step))];
  report.table(
    ['click to next page, loopback', 'ms', 'most requests', 'which'],
    steps.map((step) => {
      const own = turns.filter((turn) => turn.step === step);
      const most = Math.max(...own.map(({ requests }) => requests.length));
      const asked = own.find(({ requests }) => requests.length === most)?.requests ?? [];
      return [step, spreadOf(own.map(({ ms }) => ms)), String(most), asked.join(', ')];
    }),
  );
}

function budgets(
  report: Report,
  first: Downloads,
  second: readonly string[],
  { desktop, mobile }: Record<keyof typeof SHAPES, Measured>,
  turns: readonly Turn[],
): void {
  const median = (visits: readonly Visit[], of: (visit: Visit) => number): number =>
    spread(visits.map(of)).median;
  const usable = ({ usable }: Visit): number => usable;
  const most = (visits: readonly Visit[], of: (visit: Visit) => number): number =>
    Math.max(...visits.map(of));
  report.budget('downloads of a first visit', first.total / 1000, 220, 'KB');
  report.budget('WASM, unpacked', first.wasm / 1000, 650, 'KB');
  report.budget('first contentful paint, mobile', median(mobile.ours, ({ fcp }) => fcp), 1000, 'ms');
  report.budget('sign-in form usable, mobile', median(mobile.ours, usable), 2500, 'ms');
  report.budget('the same beside bare HTML as measured before', median(mobile.ours, usable), BARE_HTML, 'ms');
  for (const [name, { ours, theirs }] of Object.entries({ loopback: desktop, mobile })) {
    const ratio = median(ours, usable) / median(theirs, usable);
    report.budget(`form usable, of the React client’s time, ${name}`, ratio, 0.9, '×');
  }
  const shift = most([...desktop.ours, ...mobile.ours], ({ shift }) => shift);
  report.budget('layout shift, most', shift, 0, '');
  const tasks = most(desktop.ours, ({ longTasks }) => longTasks.length);
  report.budget('long tasks after load, loopback, most', tasks, 0, '');
  const unchanged = second.filter((asked) => !asked.endsWith(' 304')).length;
  report.budget('second visit: files asked for, all 304', second.length + unchanged, 1, '');
  const quick = turns.filter(({ step }) => step !== HASHES);
  const slow = turns.filter(({ step }) => step === HASHES);
  report.budget('click to next page, p95', p95(quick.map(({ ms }) => ms)), 100, 'ms');
  report.budget('the step that hashes ten codes, p95', p95(slow.map(({ ms }) => ms)), 500, 'ms');
  const requests = Math.max(...turns.map(({ requests }) => requests.length));
  report.budget('requests for a step, most', requests, 1, '');
}
