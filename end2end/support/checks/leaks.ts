import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that must not be stored in clear, with a name for the test's report. */
export interface Secret {
  name: string;
  /** The secret as users or browsers see it. */
  text: string;
  /** The bytes that the text encodes, if they differ from its own bytes. */
  bytes?: Buffer;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Decodes an authenticator's key. */
export function base32(text: string): Buffer {
  const bits = [...text].map((char) => BASE32.indexOf(char).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Finds secrets in the files of a folder, in clear or in a common encoding. */
export function findLeaks(folder: string, secrets: readonly Secret[]): string[] {
  const patterns = secrets.flatMap(shapes);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ name: file }) => {
    // Latin-1 maps each byte to one character, so that a text search finds bytes too.
    const content = withoutTimes(readFileSync(join(folder, file)).toString('latin1'));
    const text = withoutIds(content);
    return patterns
      .filter(({ pattern, standsAlone }) => pattern.test(standsAlone === true ? text : content))
      .map(({ name }) => `${name} in ${file}`);
  });
}

interface Shape {
  name: string;
  pattern: RegExp;
  standsAlone?: boolean;
}

function shapes({ name, text, bytes }: Secret): Shape[] {
  if (/^\d+$/.test(text)) {
    // A longer number may contain six digits by chance, so the code has to stand alone.
    return [{ name, pattern: new RegExp(`(?<![\\d.])${text}(?!\\d)`), standsAlone: true }];
  }
  return [Buffer.from(text, 'utf8'), ...(bytes === undefined ? [] : [bytes])].flatMap((raw, n) => {
    const of = n === 0 ? 'text' : 'bytes';
    return [
      { name: `${name} (${of})`, pattern: literal(raw.toString('latin1')) },
      { name: `${name} (${of}, hex)`, pattern: literal(raw.toString('hex'), 'i') },
      { name: `${name} (${of}, base64)`, pattern: literal(unpadded(raw.toString('base64'))) },
      { name: `${name} (${of}, base64url)`, pattern: literal(raw.toString('base64url')) },
      { name: `${name} (${of}, as a list)`, pattern: literal([...raw].join(', ')) },
    ];
  });
}

function literal(text: string, flags = ''): RegExp {
  return new RegExp(text.replace(/[^A-Za-z0-9]/g, (char) => hexEscape(char)), flags);
}

function hexEscape(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Removes the padding, and the last character because it depends on what follows. */
function unpadded(base64: string): string {
  return base64.replace(/=+$/, '').slice(0, -1);
}

/** Removes the times of a log, because the digits of their fractions are random. */
function withoutTimes(content: string): string {
  return content.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '');
}

/**
 * Removes whole ids of rows and requests, because their digits are random too; a code right behind
 * one makes it longer.
 */
function withoutIds(content: string): string {
  return content.replace(/(?<![0-9a-f])(?:[0-9a-f]{16})+(?![0-9a-f])/g, ' ');
}
