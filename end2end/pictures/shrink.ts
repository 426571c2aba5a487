import { writeFileSync } from 'node:fs';

/** The used part of sharp, whose own types exist only where it is installed. */
type Sharp = (png: Buffer) => {
  png(options: { palette: boolean; quality: number; effort: number }): {
    toBuffer(): Promise<Buffer>;
  };
};

/**
 * Writes a picture with a palette of at most 256 colours, because our pages have few colours and no
 * photographs.
 */
export async function writeSmall(path: string, png: Buffer): Promise<number> {
  const sharp = require('./node_modules/sharp') as Sharp;
  const small = await sharp(png).png({ palette: true, quality: 90, effort: 10 }).toBuffer();
  writeFileSync(path, small);
  return small.length;
}
