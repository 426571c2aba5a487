import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The length of a time step in seconds (RFC 6238). */
export const STEP = 30;

/**
 * The wall clock of one server. It runs like the real one plus an offset, which the server reads
 * anew each time (libfaketime), so that no test waits for a time step.
 */
export class Clock {
  private offset = 0;

  constructor(private readonly file: string) {
    this.write();
  }

  /** Returns the server's time in milliseconds. */
  now(): number {
    return Date.now() + this.offset;
  }

  /** Moves the server's clock forward. */
  advance(seconds: number): void {
    this.offset += seconds * 1000;
    this.write();
  }

  /**
   * Moves the server's clock to a position in the next time step, so that a test neither crosses
   * the end of a step nor depends on the moment of its start.
   */
  toStep(secondsIntoStep = 1): void {
    const now = this.now();
    const next = (Math.floor(now / 1000 / STEP) + 1) * STEP + secondsIntoStep;
    this.advance(next - now / 1000);
  }

  /** Returns the environment that makes a process use this clock. */
  environment(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  private write(): void {
    // A rename is atomic, and the server may read the file at any moment.
    const fresh = `${this.file}.new`;
    writeFileSync(fresh, `+${(this.offset / 1000).toFixed(3)}s\n`);
    renameSync(fresh, this.file);
  }
}

/**
 * Debian keeps the library in a folder named after the machine's architecture; this build is the
 * one for several threads.
 */
function library(): string {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime', 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('libfaketime is missing: apt-get install faketime');
  }
  return found;
}
