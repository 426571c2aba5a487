import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { generateSync } from 'otplib';
import { STEP } from './clock';

/** An authenticator app: the code for a key (base32) at an instant in milliseconds. */
export type Authenticator = (key: string, at: number) => string;

/** An authenticator written in TypeScript. */
export const otplib: Authenticator = (key, at) =>
  generateSync({ secret: key, epoch: Math.floor(at / 1000) });

/** The authenticator of the OATH Toolkit, an independent implementation in C. */
export const oathtool: Authenticator = (key, at) => {
  const now = new Date(at).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  return execFileSync('oathtool', ['--totp', '--base32', `--now=${now}`, key], {
    encoding: 'utf8',
  }).trim();
};

/**
 * Returns a code that is wrong now, within half an hour, and near each quarter of an hour up to a
 * day: at a set-up, a code of those times would reveal a clock that is off by that much.
 */
export function wrongCode(key: string, at: number): string {
  const near = new Set<string>();
  for (let step = -2890; step <= 2890; step += 1) {
    const beside = (((step % 30) + 30) % 30) + 5;
    if (Math.abs(step) <= 60 || beside % 30 <= 10) {
      near.add(otplib(key, at + step * STEP * 1000));
    }
  }
  const free = Array.from({ length: near.size + 1 }, (_, n) => String(100_000 + n));
  return free.find((code) => !near.has(code)) as string;
}

/** The content of an authenticator's QR code (the otpauth key URI). */
export interface KeyUri {
  type: string;
  label: string;
  secret: string | null;
  issuer: string | null;
  algorithm: string | null;
  digits: string | null;
  period: string | null;
}

/** Parses an otpauth URI. */
export function parseKeyUri(text: string): KeyUri {
  const uri = new URL(text);
  const value = (name: string): string | null => uri.searchParams.get(name);
  return {
    type: uri.host,
    label: decodeURIComponent(uri.pathname.replace(/^\//, '')),
    secret: value('secret'),
    issuer: value('issuer'),
    algorithm: value('algorithm'),
    digits: value('digits'),
    period: value('period'),
  };
}

/** Reads a QR code from a screenshot, as a phone does. */
export async function scan(image: Locator): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'twinlock-qr-'));
  try {
    const picture = join(folder, 'qr.png');
    await image.screenshot({ path: picture });
    // Its warning about a missing message bus matters only if it fails.
    const quietly = { encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('zbarimg', ['--quiet', '--raw', picture], quietly).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
