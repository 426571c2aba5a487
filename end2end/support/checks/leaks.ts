import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something that may stand nowhere, under the name a failed test calls it by. */
export interface Secret {
  name: string;
  /** As people or browsers see it. */
  text: string;
  /** What the text stands for, where that is something else than its own letters. */
  bytes?: Buffer;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The bytes of an authenticator's key. */
export function base32(text: string): Buffer {
  const bits = [...text].map((char) => BASE32.indexOf(char).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Where secrets are found in the files of a folder, in clear or thinly dressed. */
export function findLeaks(folder: string, secrets: readonly Secret[]): string[] {
  const patterns = secrets.flatMap(shapes);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ name: file }) => {
    // Latin-1 gives each byte one character, so that a search for text finds bytes as well.
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
    // Six digits are found in any longer number by chance; a code stands alone.
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

/** The last character depends on what follows, so it is left out along with the padding. */
function unpadded(base64: string): string {
  return base64.replace(/=+$/, '').slice(0, -1);
}

/** The fractions of a log's times are digits by chance. */
function withoutTimes(content: string): string {
  return content.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '');
}

/** So are parts of the ids of rows and requests, whole ones; a code right behind one makes it longer. */
function withoutIds(content: string): string {
  return content.replace(/(?<![0-9a-f])(?:[0-9a-f]{16})+(?![0-9a-f])/g, ' ');
}
