/** iptables-restore: rules as iptables-save wrote them, all or none of a table's (iptables 1.8.11 iptables/xtables-restore.c). */
import { Netfilter, type Rule, type TableName } from '../../linux/netfilter.ts';
import type { NetworkNamespace } from '../../linux/network.ts';
import { splitWords } from '../../linux/unit-file.ts';
import { own } from '../../sim/own.ts';
import { builtinChains, Refused, readRule } from './iptables-rules.ts';

type Draft = { readonly table: TableName; readonly chains: Map<string, Rule[]>; readonly policies: Map<string, 'ACCEPT' | 'DROP'> };

/** `keep`: --noflush, what is there stays before the new rules; `test`: nothing is changed. Throws Refused. */
export function restore(network: NetworkNamespace, text: string, { keep, test }: { readonly keep: boolean; readonly test: boolean }): void {
  const netfilter = network.netfilter ?? new Netfilter(network);
  let draft: Draft | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const failed = (): Refused => new Refused(`line ${i + 1} failed`, 1, true);
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) {
      const table = line.slice(1).trim();
      if (!own(builtinChains, table)) throw new Refused(`table '${table}' does not exist`, 2);
      draft = begin(netfilter, table as TableName, keep);
    } else if (!draft) throw failed();
    else if (line === 'COMMIT') {
      if (!test) commit(network, netfilter, draft);
      draft = undefined;
    } else if (line.startsWith(':')) {
      const [chain = '', policy = '-'] = line.slice(1).split(' ');
      if (policy === 'ACCEPT' || policy === 'DROP') draft.policies.set(`${draft.table}/${chain}`, policy);
      draft.chains.set(chain, []);
    } else add(draft, line.replace(/^\[\d+:\d+\] /, ''), i + 1);
  }
  // A table without its COMMIT.
  if (draft) throw new Refused('COMMIT expected at line ' + text.split('\n').length, 2);
}

function begin(netfilter: Netfilter, table: TableName, keep: boolean): Draft {
  const chains = keep
    ? [...netfilter.tables[table]].map(([name, rules]) => [name, [...rules]] as const)
    : builtinChains[table].map((name) => [name, []] as const);
  return { table, chains: new Map(chains as [string, Rule[]][]), policies: new Map() };
}

function add({ chains }: Draft, line: string, number: number): void {
  const [command, chain = '', ...words] = splitWords(line);
  const rules = chains.get(chain);
  try {
    if ((command !== '-A' && command !== '-I') || !rules) throw new Refused(rules ? `unknown option "${command}"` : `Chain '${chain}' does not exist`);
    const rule = readRule(words, chain, (name) => chains.has(name));
    if (command === '-A') rules.push(rule);
    else rules.unshift(rule);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 2) throw error;
    const reason = error.message.split('\n')[0];
    throw new Refused(`${reason}\nError occurred at line: ${number}\nTry \`iptables-restore -h' or 'iptables-restore --help' for more information.`);
  }
}

function commit(network: NetworkNamespace, netfilter: Netfilter, { table, chains, policies }: Draft): void {
  const own = netfilter.tables[table];
  own.clear();
  for (const [name, rules] of chains) own.set(name, rules);
  for (const [key, policy] of policies) netfilter.policies.set(key, policy);
  if (network.netfilter) return;
  network.netfilter = netfilter;
  network.rewired = true;
}
