import type { FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter';
import { VERSION } from './fixtures';

/** A feature that an engine is known not to run here, and the reason. */
export interface Absent {
  engine: string;
  journey: string;
  reason: string;
}

interface Row {
  engine: string;
  version: string;
  journey: string;
  result: string;
  seconds: string;
}

const HEAD: Row = {
  engine: 'engine',
  version: 'version',
  journey: 'journey',
  result: 'result',
  seconds: 'seconds',
};

/** Prints one row for each engine and journey at the end, also for impossible ones. */
class Table implements Reporter {
  private readonly tests: TestCase[] = [];

  constructor(private readonly options: { absent?: Absent[] } = {}) {}

  onBegin(_config: unknown, suite: Suite): void {
    this.tests.push(...suite.allTests());
  }

  onTestEnd(test: TestCase, { duration }: TestResult): void {
    const seconds = (duration / 1000).toFixed(1);
    process.stderr.write(`${engineOf(test)}: ${test.title}: ${outcome(test)}, ${seconds} s\n`);
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] }> {
    const rows = this.rows();
    const width = (column: keyof Row): number =>
      Math.max(...[HEAD, ...rows].map((row) => row[column].length));
    const line = (row: Row): string =>
      [
        row.engine.padEnd(width('engine')),
        row.version.padEnd(width('version')),
        row.journey.padEnd(width('journey')),
        row.seconds.padStart(width('seconds')),
        row.result,
      ].join('  ');
    process.stdout.write(`\n${[HEAD, ...rows].map(line).join('\n')}\n`);
    // A run without tests, or with a skipped test, must not pass.
    const shown = this.tests.length > 0 && this.tests.every((test) => test.outcome() === 'expected');
    return { status: status === 'passed' && !shown ? 'failed' : status };
  }

  printsToStdio(): boolean {
    return true;
  }

  private rows(): Row[] {
    const versions = new Map<string, string>();
    for (const test of this.tests) {
      const version = annotation(test, VERSION);
      if (version !== undefined) {
        versions.set(engineOf(test), version);
      }
    }
    const versionOf = (engine: string): string => versions.get(engine) ?? '–';
    const tried = this.tests.map((test) => ({
      engine: engineOf(test),
      version: versionOf(engineOf(test)),
      journey: test.title,
      result: outcome(test),
      seconds: (sum(test.results.map(({ duration }) => duration)) / 1000).toFixed(1),
    }));
    const engines = new Set(tried.map(({ engine }) => engine));
    const absent = (this.options.absent ?? [])
      .filter(({ engine }) => engines.has(engine))
      .map(({ engine, journey, reason }) => ({
        engine,
        version: versionOf(engine),
        journey,
        result: notPossible(reason),
        seconds: '–',
      }));
    return [...tried, ...absent];
  }
}

/** Returns the engine: the first word of the project's name. */
function engineOf(test: TestCase): string {
  return test.parent.project()?.name.split(/\W/)[0] ?? '';
}

function outcome(test: TestCase): string {
  if (test.outcome() !== 'expected') {
    return test.outcome() === 'skipped' ? 'FAILED (did not run)' : 'FAILED';
  }
  return test.expectedStatus === 'failed' ? notPossible(annotation(test, 'fail') ?? '') : 'ok';
}

function notPossible(reason: string): string {
  return `not possible here: ${reason}`;
}

function annotation({ annotations }: TestCase, type: string): string | undefined {
  return annotations.find((one) => one.type === type)?.description;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export default Table;
