import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';

const DOCS = resolve(__dirname, '../../../docs');
const PANEL = 'panel.example.com';

/** The addresses of the documents, and what takes their place in a test. */
export interface Places {
  /** The port of every host. */
  tls: number;
  /** The port of Twinlock. */
  twinlock: number;
  /** The hosts of the applications and their own ports. */
  applications: Readonly<Record<string, number>>;
}

/**
 * Debian's Caddy with the recipes that operators get, before Twinlock and before applications. Its
 * certificates are its own.
 */
export class Caddy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly logFile: string,
  ) {}

  /** Starts Caddy in this folder, and waits until it listens. */
  static async start(folder: string, places: Places): Promise<Caddy> {
    const config = join(folder, 'Caddyfile');
    writeFileSync(config, caddyfile(places));
    const logFile = join(folder, 'caddy.log');
    const log = openSync(logFile, 'a');
    const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', config], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const caddy = new Caddy(child, logFile);
    try {
      await listens(places.tls, 'Caddy');
    } catch (error) {
      await caddy.stop();
      throw new Error(`${error}\n${caddy.log()}`);
    }
    return caddy;
  }

  /** Stops Caddy, and waits until it has ended. */
  async stop(): Promise<void> {
    await end(this.process);
  }

  /** Returns the log so far, for the report of a failed test. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }
}

/** Waits until a program listens on this port. */
export async function listens(port: number, what: string): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    new Promise((answer) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => answer(true)).once('error', () => answer(false));
      socket.once('connect', () => socket.destroy());
    });
  await expect.poll(isOpen, { message: `${what} listens`, timeout: 15_000 }).toBe(true);
}

/** Ends a program that a test has started. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

function caddyfile({ tls, twinlock, applications }: Places): string {
  const panel = readFileSync(join(DOCS, 'proxies/Caddyfile'), 'utf8');
  const recipe = recipeOfApplications();
  const start = recipe.indexOf('\napp.example.com {');
  expect(start, 'the block of the application').toBeGreaterThan(0);
  const [shared, site] = [recipe.slice(0, start), recipe.slice(start)];
  const sites = Object.entries(applications).map(([host, port]) =>
    internal(replaced(replaced(site, 'app.example.com', host), '127.0.0.1:8080', `127.0.0.1:${port}`), host),
  );
  const global = [
    'admin off',
    'skip_install_trust',
    'auto_https disable_redirects',
    `https_port ${tls}`,
    'default_bind 127.0.0.1',
    'grace_period 1s',
  ];
  const all = [`{\n${global.join('\n')}\n}`, internal(panel, PANEL), shared, ...sites].join('\n');
  return replaced(all, '127.0.0.1:3000', `127.0.0.1:${twinlock}`);
}

/** Returns the recipe of the document. */
function recipeOfApplications(): string {
  const document = readFileSync(join(DOCS, 'APPLICATIONS.md'), 'utf8');
  const recipe = /```caddy\n([^]*?)```/.exec(document)?.[1];
  if (recipe === undefined) {
    throw new Error('docs/APPLICATIONS.md has no recipe of Caddy');
  }
  return recipe;
}

/** Lets Caddy make the certificate of a block itself. */
function internal(block: string, host: string): string {
  return replaced(block, `\n${host} {\n`, `\n${host} {\n\ttls internal\n`);
}

function replaced(text: string, what: string, by: string): string {
  expect(text, `${what} in the recipe`).toContain(what);
  return text.replaceAll(what, by);
}
