import type { FullConfig, FullResult, Reporter, Suite, TestCase } from '@playwright/test/reporter';

/** Prints a last line `N passed, N failed`, for people and scripts. */
class Tally implements Reporter {
  private readonly tests: TestCase[] = [];
  private ran = false;
  private broken = false;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.tests.push(...suite.allTests());
  }

  onTestBegin(): void {
    this.ran = true;
  }

  onError(): void {
    this.broken = true;
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] }> {
    // A skipped test, or a run without tests, must not pass.
    return { status: this.ran && status === 'passed' && this.failed() > 0 ? 'failed' : status };
  }

  async onExit(): Promise<void> {
    // `--list` runs no test and has no result.
    if (this.ran || this.broken) {
      process.stdout.write(`${this.passed()} passed, ${this.failed()} failed\n`);
    }
  }

  private passed(): number {
    return this.tests.filter((test) => test.outcome() === 'expected').length;
  }

  private failed(): number {
    const missed = this.tests.length - this.passed();
    return this.tests.length === 0 || (this.broken && missed === 0) ? missed + 1 : missed;
  }
}

export default Tally;
