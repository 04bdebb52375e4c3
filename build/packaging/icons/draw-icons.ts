/**
 * Draws the program's icons from `renderer/icon.svg`: run `node build/packaging/icons/draw-icons.ts` after changing it.
 * All sizes are kept here, since the packager would otherwise download a program to convert them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';
import { chromiumFlags, findChromium, isRoot } from '../../chromium.ts';
import { projectRoot } from '../../project-root.ts';

const sizes = [16, 32, 48, 64, 128, 256, 512, 1024] as const;
const folder = import.meta.dirname;

async function draw(): Promise<ReadonlyMap<number, Buffer>> {
  const svg = readFileSync(path.join(projectRoot, 'renderer', 'icon.svg'), 'utf8');
  const file = await findChromium(process.platform, process.env);
  if (file === null) throw new Error('there is no Chromium to draw with');
  const browser = await chromium.launch({ executablePath: file, args: chromiumFlags(isRoot()) });
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    drawn.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  await browser.close();
  return drawn;
}

/** Windows: a table of sizes, then the pictures as PNG. */
function ico(pictures: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    // A byte cannot hold 256: 0 means it.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

/** macOS: a four-letter name for each size, two for those that are also double a smaller one. */
const macNames = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;

function icns(pngOf: (size: number) => Buffer): Buffer {
  const part = (name: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(name, 0, 'latin1');
    head.writeUInt32BE(8 + body.length, 4);
    return Buffer.concat([head, body]);
  };
  return part('icns', Buffer.concat(macNames.map(([name, size]) => part(name, pngOf(size)))));
}

const drawn = await draw();
const pngOf = (size: number): Buffer => {
  const png = drawn.get(size);
  if (png === undefined) throw new Error(`no picture of ${size}`);
  return png;
};
for (const size of sizes) writeFileSync(path.join(folder, `${size}x${size}.png`), pngOf(size));
const small = sizes.filter((size) => size <= 256);
writeFileSync(path.join(folder, 'icon.ico'), ico(small.map((size) => ({ size, png: pngOf(size) }))));
writeFileSync(path.join(folder, 'icon.icns'), icns(pngOf));
