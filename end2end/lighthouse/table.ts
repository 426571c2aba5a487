import type { Category, Load } from './measure';

/** The scores that every page must reach, as the median of its loads. */
export const TARGETS: Readonly<Record<Category, number>> = {
  accessibility: 100,
  'best-practices': 100,
  performance: 90,
};

/** The loads of one page. */
export interface Measured {
  path: string;
  loads: readonly Load[];
}

/** Returns the median, or the lower of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) {
    throw new Error('no values');
  }
  return middle;
}

/** Returns one sentence for each missed target, and for each finding behind it. */
export function shortfalls(pages: readonly Measured[]): string[] {
  return pages.flatMap(({ path, loads }) => [
    ...Object.entries(TARGETS).flatMap(([category, target]) => {
      const reached = median(scores(loads, category as Category));
      return reached < target ? [`${path}: ${category} ${reached}, wanted ${target}`] : [];
    }),
    ...new Set(loads.flatMap(({ findings }) => findings.map((finding) => `${path}: ${finding}`))),
  ]);
}

/**
 * Returns a table for the terminal and for Markdown: medians, with the smallest and the largest
 * performance score.
 */
export function table(pages: readonly Measured[]): string {
  const head = ['page', 'accessibility', 'best practices', 'performance', 'FCP', 'LCP', 'TBT', 'CLS'];
  const rows = [head, ...pages.map(row)];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}

function row({ path, loads }: Measured): string[] {
  const of = (value: (load: Load) => number): number => median(loads.map(value));
  const performance = scores(loads, 'performance');
  return [
    path,
    String(median(scores(loads, 'accessibility'))),
    String(median(scores(loads, 'best-practices'))),
    `${median(performance)} (${Math.min(...performance)}–${Math.max(...performance)})`,
    seconds(of(({ fcp }) => fcp)),
    seconds(of(({ lcp }) => lcp)),
    `${Math.round(of(({ tbt }) => tbt))} ms`,
    of(({ cls }) => cls).toFixed(3),
  ];
}

function scores(loads: readonly Load[], category: Category): number[] {
  return loads.map(({ scores }) => scores[category]);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
