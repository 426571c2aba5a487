import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import { Clock } from './clock';
import { freePort } from './free-port';

const BINARY = process.env['TWINLOCK_BIN'] ?? resolve(__dirname, '../../../target/debug/twinlock');
const START_LIMIT_MS = 15_000;

/** The settings of a server besides its own database. */
export interface ServerOptions {
  /** The log filter, `RUST_LOG`. */
  log?: string;
  /** The help page for users without their device. */
  supportUrl?: string;
  /** Any other setting, by the name of its environment variable. */
  settings?: Record<string, string>;
  /** Whether the tests know the server by a name, as keys need it, and not by its IP address. */
  hasName?: boolean;
}

/** The real binary with a database of its own in a temporary folder, under a clock of its own. */
export class Server {
  /** The folder of the database, its key file and the log. */
  readonly folder = mkdtempSync(join(tmpdir(), 'twinlock-e2e-'));
  readonly logFile = join(this.folder, 'server.log');
  readonly clock = new Clock(join(this.folder, 'clock'));

  private child: ChildProcess | undefined;
  private lines: string[] = [];
  private port = 0;

  private constructor(private options: ServerOptions) {}

  /** Starts a server on an empty database and a free port. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    if (!existsSync(BINARY)) {
      throw new Error(`${BINARY} is missing: make it with cargo xtask test --browser`);
    }
    const server = new Server(options);
    server.port = await freePort();
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  /** Returns the address that the server printed, without a slash at the end. */
  get url(): string {
    return `http://${this.options.hasName === true ? 'localhost' : '127.0.0.1'}:${this.port}`;
  }

  /** Returns the link to create the first owner, which a start on an empty database prints. */
  async setupLink(): Promise<string> {
    const printed = (): string | undefined =>
      /^Create the first owner:\n(\S+)$/m.exec(this.output)?.[1];
    await expect.poll(printed, 'the link of the first start').toBeDefined();
    // The link names this machine as `localhost`; most tests know the server by its address.
    return (printed() as string).replace(/^\w+:\/\/[^/]+/, this.url);
  }

  /** Returns all standard output of this start so far. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** Starts with the same database and the same port. */
  async start(): Promise<void> {
    this.lines = [];
    const log = openSync(this.logFile, 'a');
    const { supportUrl } = this.options;
    const support = supportUrl === undefined ? [] : ['--support-url', supportUrl];
    const child = spawn(BINARY, ['serve', '--listen', `127.0.0.1:${this.port}`, ...support], {
      cwd: this.folder,
      env: {
        ...this.environment(),
        ...this.options.settings,
        RUST_LOG: this.options.log ?? 'info',
      },
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.child = child;
    this.port = await this.readAddress(child);
  }

  /** Kills the server, as a power failure would, and starts it again. */
  async crash(): Promise<void> {
    await this.stop('SIGKILL');
    await this.start();
  }

  /** Replaces the server, as a deployment does: with other settings its pages are another build. */
  async redeploy(options: ServerOptions): Promise<void> {
    await this.stop();
    this.options = { ...this.options, ...options };
    await this.start();
  }

  /** Stops the server, as an operator would, and waits until it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = once(child, 'exit');
    child.kill(signal);
    // A page may hold a connection open; after this time the server would be hanging.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(impatience);
  }

  /** Stops the server and removes what it wrote. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one of the operator's commands on this database, and returns what it printed. */
  command(args: readonly string[], input = ''): string {
    const done = spawnSync(BINARY, args, {
      cwd: this.folder,
      env: { ...this.environment(), TWINLOCK_PUBLIC_URL: this.url },
      input,
      encoding: 'utf8',
    });
    if (done.status !== 0) {
      throw new Error(`twinlock ${args.join(' ')}: ${done.stderr || done.error}`);
    }
    return done.stdout;
  }

  /** Returns the log so far, for a failed test's report. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  private environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      TWINLOCK_DATABASE_URL: `sqlite:${join(this.folder, 'twinlock.db')}`,
      ...this.clock.environment(),
    };
  }

  private async readAddress(child: ChildProcess): Promise<number> {
    const lines = createInterface({ input: child.stdout! });
    let limit: NodeJS.Timeout | undefined;
    const port = new Promise<number>((found, failed) => {
      const fail = (why: string): void =>
        failed(new Error(`${why}:\n${this.output}\n${this.log()}`));
      limit = setTimeout(() => fail(`no address after ${START_LIMIT_MS} ms`), START_LIMIT_MS);
      child.once('error', failed);
      child.once('exit', (code) => fail(`the server ended with ${code}`));
      lines.on('line', (line) => {
        this.lines.push(line);
        const address = /^Listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
        if (address !== null) {
          found(Number(address[1]));
        }
      });
    });
    return port.finally(() => clearTimeout(limit));
  }
}
