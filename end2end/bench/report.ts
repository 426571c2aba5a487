import { readFileSync, writeFileSync } from 'node:fs';

/** The smallest, the median and the largest of several figures. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (min === undefined || median === undefined || max === undefined || sorted.some(Number.isNaN)) {
    throw new Error(`no figure: ${values.join(', ')}`);
  }
  return { min, median, max };
}

/** Returns the 95th percentile. */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.ceil(sorted.length * 0.95) - 1];
  if (value === undefined) {
    throw new Error('no figures');
  }
  return value;
}

/** The marks around the tables of this half in a document. */
const MARKS = ['<!-- bench: browser -->', '<!-- /bench: browser -->'] as const;

/** Markdown tables, and the result of each budget. */
export class Report {
  private readonly lines: string[] = [];
  private readonly budgets: string[][] = [];

  line(text: string): void {
    this.lines.push(text);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
    this.lines.push('', line(head), line(rule), ...rows.map(line), '');
  }

  /** Adds a budget: the figure must not exceed `most`. */
  budget(what: string, figure: number, most: number, unit: string): void {
    const verdict = figure <= most ? 'met' : '**not met**';
    this.budgets.push([what, amount(figure, unit), `≤ ${amount(most, unit)}`, verdict]);
  }

  /** Returns the whole report as Markdown. */
  text(): string {
    const budgets = new Report();
    budgets.table(['budget', 'measured', 'wanted', ''], this.budgets);
    return [...this.lines, ...budgets.lines].join('\n').trim();
  }

  /** Writes the report into a document, where it replaces the earlier tables. */
  write(document: string): void {
    const [before, rest] = split(readFileSync(document, 'utf8'), MARKS[0]);
    const [, after] = split(rest, MARKS[1]);
    writeFileSync(document, `${before}${MARKS[0]}\n\n${this.text()}\n\n${MARKS[1]}${after}`);
  }
}

function split(text: string, mark: string): [string, string] {
  const place = text.indexOf(mark);
  if (place < 0) {
    throw new Error(`no ${mark} in the document`);
  }
  return [text.slice(0, place), text.slice(place + mark.length)];
}

export function amount(value: number, unit: string): string {
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`.trim();
}

export function spreadOf(values: readonly number[]): string {
  const { min, median, max } = spread(values);
  return `${min.toFixed(0)} – **${median.toFixed(0)}** – ${max.toFixed(0)}`;
}

/** Formats bytes in units of a thousand, such as `12.3`. */
export function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
