import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from '@playwright/test';
import { Builder, type WebDriver } from 'selenium-webdriver';

const START_LIMIT_MS = 20_000;

/**
 * WebKitGTK's driver on a screen of its own: Safari's engine as Debian builds it, in its small
 * browser. All processes end with `stop`, or with this process.
 */
export class WebKit {
  private readonly home = mkdtempSync(join(tmpdir(), 'twinlock-webkit-'));
  private readonly children: ChildProcess[] = [];
  private readonly killAll = (): void => this.children.forEach((child) => kill(child, 'SIGKILL'));
  private address = '';

  private constructor() {
    process.once('exit', this.killAll);
  }

  static async start(): Promise<WebKit> {
    const webkit = new WebKit();
    try {
      await webkit.start();
      return webkit;
    } catch (error) {
      await webkit.stop();
      throw error;
    }
  }

  /** A fresh browser: no cookies, no cache, nothing stored. */
  session(): Promise<WebDriver> {
    return new Builder()
      .usingServer(this.address)
      .withCapabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': {
          binary: miniBrowser(),
          args: ['--automation', '--geometry=1280x900'],
        },
      })
      .build();
  }

  async stop(): Promise<void> {
    process.off('exit', this.killAll);
    // The browser ends with its driver, so the driver is stopped before the screen.
    for (const child of this.children.reverse()) {
      const gone = child.exitCode ?? child.signalCode ?? once(child, 'exit');
      kill(child, 'SIGTERM');
      const impatience = setTimeout(() => kill(child, 'SIGKILL'), 5_000);
      await gone;
      clearTimeout(impatience);
    }
    rmSync(this.home, { recursive: true, force: true });
  }

  private async start(): Promise<void> {
    const display = await this.screen();
    const port = await freePort();
    const driver = await this.spawn('WebKitWebDriver', [`--port=${port}`], 'ignore', {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      // There is no graphics card, no accessibility bus and no message bus.
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      NO_AT_BRIDGE: '1',
      // The sandbox needs rights that a container does not have, and the pages are our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    });
    this.address = `http://127.0.0.1:${port}`;
    const ready = async (): Promise<boolean> => {
      expect(driver.exitCode, 'WebKitWebDriver has not ended').toBeNull();
      const answer = await fetch(`${this.address}/status`).catch(() => undefined);
      return answer?.ok ?? false;
    };
    await expect.poll(ready, { message: 'WebKitWebDriver', timeout: START_LIMIT_MS }).toBe(true);
  }

  /** Starts a screen in memory, which picks a free number and reports it. */
  private async screen(): Promise<string> {
    const xvfb = await this.spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
      'pipe',
    );
    const number = once(xvfb.stdio[3] as Readable, 'data', {
      signal: AbortSignal.timeout(START_LIMIT_MS),
    });
    const failed = once(xvfb, 'exit').then(([code]) => {
      throw new Error(`Xvfb ended with ${code}`);
    });
    const [text] = (await Promise.race([number, failed])) as [Buffer];
    return `:${String(text).trim()}`;
  }

  private async spawn(
    program: string,
    args: string[],
    third: 'pipe' | 'ignore',
    variables: Record<string, string> = {},
  ): Promise<ChildProcess> {
    const child = spawn(program, args, {
      // The process has a group of its own, so that its children end with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', third],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.home,
        LANG: 'en_GB.UTF-8',
        TZ: 'Europe/Berlin',
        ...variables,
      },
    });
    // This fails if the program does not exist.
    await once(child, 'spawn');
    this.children.push(child);
    return child;
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }
}

/**
 * Debian installs the browser beside the library, in a folder named after the machine's
 * architecture.
 */
function miniBrowser(): string {
  const found = readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((library) =>
        join('/usr/lib', name, library, 'MiniBrowser'),
      ),
    )
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('MiniBrowser is missing: apt-get install webkit2gtk-driver');
  }
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('no free port');
  }
  return address.port;
}
