import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { end, listens } from './caddy';

const VERSION = '3.9.0';
const HOME = resolve(__dirname, `../../../target/radicale-${VERSION}`);
const PYTHON = join(HOME, 'bin/python');
const READY = join(HOME, 'ready');

/** Radicale, a calendar server from PyPI that believes the name in `Remote-User`. */
export class Radicale {
  private constructor(private readonly process: ChildProcess) {}

  /** Installs the program, once. */
  static install(): void {
    if (existsSync(READY)) {
      return;
    }
    execFileSync('python3', ['-m', 'venv', '--clear', HOME]);
    execFileSync(PYTHON, ['-m', 'pip', 'install', '--quiet', `radicale==${VERSION}`]);
    writeFileSync(READY, '');
  }

  /** Starts it with an empty storage in this folder. */
  static async start(folder: string, port: number): Promise<Radicale> {
    const config = join(folder, 'radicale.ini');
    // The page asks with the browser's cookies, as it must behind a sign-in.
    const settings = [
      '[server]',
      `hosts = 127.0.0.1:${port}`,
      '[auth]',
      'type = http_remote_user',
      '[storage]',
      `filesystem_folder = ${join(folder, 'collections')}`,
      '[web]',
      'prefer_browser_login = true',
    ];
    writeFileSync(config, settings.join('\n'));
    const log = openSync(join(folder, 'radicale.log'), 'a');
    const child = spawn(PYTHON, ['-m', 'radicale', '--config', config], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const radicale = new Radicale(child);
    await listens(port, 'Radicale');
    return radicale;
  }

  /** Stops the program. */
  async stop(): Promise<void> {
    await end(this.process);
  }
}
