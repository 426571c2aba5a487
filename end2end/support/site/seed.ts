import type { Server } from './server';

/** A user who can sign in. */
export interface Person {
  name: string;
  email: string;
  password: string;
  account: string;
}

/** The owner in most journeys. */
export const ADA: Person = {
  name: 'Ada Owner',
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  account: 'Example Ltd',
};

/** A member of an account. */
export const MAX: Person = {
  name: 'Max Member',
  email: 'max@example.com',
  password: 'seven quiet rivers at dawn',
  account: ADA.account,
};

/** A second member, without MFA so far. */
export const ZOE: Person = {
  name: 'Zoe Member',
  email: 'zoe@example.com',
  password: 'a lantern behind the orchard',
  account: ADA.account,
};

/** The owner of another account. */
export const OLE: Person = {
  name: 'Ole Owner',
  email: 'ole@example.com',
  password: 'nine grey geese over water',
  account: 'Other Ltd',
};

/** Adds an account and its owner with the operator's commands. */
export function seedOwner(server: Server, person: Person = ADA): Person {
  server.command(['account', 'add', person.account]);
  return seedMember(server, person, 'owner');
}

/** Adds a member, or a co-owner, with a password. */
export function seedMember(
  server: Server,
  person: Person = MAX,
  role: 'owner' | 'member' = 'member',
): Person {
  server.command([...addUser(person, role), '--password-stdin'], `${person.password}\n`);
  return person;
}

/** Adds members who never sign in. */
export function seedCrowd(server: Server, count: number): void {
  for (let number = 1; number <= count; number += 1) {
    const twoDigits = String(number).padStart(2, '0');
    inviteMember(server, {
      ...MAX,
      name: `Crowd ${twoDigits}`,
      email: `crowd${twoDigits}@example.com`,
    });
  }
}

/** Adds a user to a further account. */
export function joinAccount(
  server: Server,
  { email }: Person,
  account: string,
  role: 'owner' | 'member' = 'member',
): void {
  server.command(['member', 'add', email, account, '--role', role]);
}

/** Sets an account's rule as the operator does. */
export function setRule(server: Server, rule: 'on' | 'off', account = ADA.account): void {
  server.command(['account', 'require-mfa', account, rule]);
}

/** Adds a member without a password, and returns the link to choose one with. */
export function inviteMember(server: Server, person: Person = MAX): string {
  const printed = server.command(addUser(person, 'member'));
  const link = /\S+\/invitation#\S+/.exec(printed)?.[0];
  if (link === undefined) {
    throw new Error(`no invitation link in: ${printed}`);
  }
  return link;
}

function addUser(person: Person, role: 'owner' | 'member'): string[] {
  const { email, name, account } = person;
  return ['user', 'add', email, '--name', name, '--account', account, '--role', role];
}
