import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cookie } from '@playwright/test';
import { browser } from '../support/run/browser';

const LIGHTHOUSE = join(__dirname, 'node_modules/.bin/lighthouse');
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;

/** The used part of a Lighthouse report (version 12). */
interface Report {
  finalDisplayedUrl: string;
  runtimeError?: { message: string };
  categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { title: string; score: number | null; numericValue?: number } | undefined>;
}

export type Category = (typeof CATEGORIES)[number];

/** The result of one load of a page: scores out of 100, times in milliseconds. */
export interface Load {
  scores: Record<Category, number>;
  fcp: number;
  lcp: number;
  tbt: number;
  cls: number;
  /** The findings that lower the scores of accessibility or best practices. */
  findings: string[];
}

/**
 * Loads a page once, with an empty cache and a browser of its own, as a phone on a slow network
 * (Lighthouse's default preset). The session's cookie is sent as a header, so that the new browser
 * is signed in. The whole report is kept under `path` as `.report.json` and `.report.html`.
 */
export async function load(url: string, path: string, cookies: readonly Cookie[]): Promise<Load> {
  const flags = ['--headless', ...(browser.launchOptions?.args ?? [])];
  const args = [
    url,
    '--quiet',
    `--only-categories=${CATEGORIES.join(',')}`,
    `--chrome-flags=${flags.join(' ')}`,
    '--output=json',
    '--output=html',
    `--output-path=${path}`,
  ];
  if (cookies.length > 0) {
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    args.push(`--extra-headers=${JSON.stringify({ Cookie: cookie })}`);
  }
  await promisify(execFile)(LIGHTHOUSE, args, {
    env: { ...process.env, CHROME_PATH: browser.launchOptions?.executablePath },
  });
  return read(JSON.parse(readFileSync(`${path}.report.json`, 'utf8')) as Report, url);
}

function read(report: Report, url: string): Load {
  if (report.runtimeError !== undefined) {
    throw new Error(`Lighthouse on ${url}: ${report.runtimeError.message}`);
  }
  // A redirect means that access was refused, and the figures would be those of another page.
  if (report.finalDisplayedUrl !== url) {
    throw new Error(`${url} led to ${report.finalDisplayedUrl}`);
  }
  return {
    scores: {
      performance: score(report, 'performance'),
      accessibility: score(report, 'accessibility'),
      'best-practices': score(report, 'best-practices'),
    },
    fcp: value(report, 'first-contentful-paint'),
    lcp: value(report, 'largest-contentful-paint'),
    tbt: value(report, 'total-blocking-time'),
    cls: value(report, 'cumulative-layout-shift'),
    findings: [...findings(report, 'accessibility'), ...findings(report, 'best-practices')],
  };
}

function score({ categories }: Report, category: Category): number {
  const { score } = categories[category];
  if (score === null) {
    throw new Error(`Lighthouse gave no score for ${category}`);
  }
  return Math.round(score * 100);
}

function value({ audits }: Report, id: string): number {
  const value = audits[id]?.numericValue;
  if (value === undefined) {
    throw new Error(`Lighthouse did not measure ${id}`);
  }
  return value;
}

function findings({ categories, audits }: Report, category: Category): string[] {
  return categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
    .map(({ id }) => `${category}: ${audits[id]?.title ?? id} (${id})`);
}
