import { loadavg } from 'node:os';
import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner, ZOE } from '../support/site/seed';
import { load, type Load } from './measure';
import { type Measured, shortfalls, table } from './table';

const LOADS = Number(process.env['LIGHTHOUSE_LOADS'] ?? 5);

test('Lighthouse on sign-in, wizard, profile and accounts', async ({
  site,
  server,
  context,
  guard,
}, info) => {
  guard.expectRefusals(401);
  seedOwner(server, ADA);
  seedMember(server, MAX);
  seedMember(server, ZOE);
  seedOwner(server, OLE);
  joinAccount(server, ADA, OLE.account);
  const pages: Measured[] = [];
  const before = busy();
  const measure = async (path: string): Promise<void> => {
    await test.step(path, async () => {
      const cookies = await context.cookies();
      const loads: Load[] = [];
      for (let number = 1; number <= LOADS; number += 1) {
        const report = info.outputPath(`${path.replace(/\W+/g, '-').slice(1)}-${number}`);
        loads.push(await load(`${server.url}${path}`, report, cookies));
      }
      pages.push({ path, loads });
    });
  };

  await measure(site.signIn.path);
  await site.enterAccount(ADA.account);
  await site.home.expectOpen();
  await site.startSetup();
  await measure(site.setup.path);
  await site.setup.cancel.click();
  await site.profile.expectOpen();
  await site.addMfa();
  await measure(site.profile.path);
  await measure(site.accounts.path);

  const machine = `Load of the machine (1 minute): ${before} before, ${busy()} after.`;
  process.stdout.write(`\n${table(pages)}\n\nMedian of ${LOADS} loads. ${machine}\n`);
  process.stdout.write(`Reports: ${info.outputDir}\n\n`);
  expect(shortfalls(pages), 'what is below the target').toEqual([]);
});

function busy(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
