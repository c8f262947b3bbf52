/** Network policies: kubernetes kubectl/pkg/describe/describe.go. */
import { formatLabelSelector } from '../../../apimachinery/labels.ts';
import { at, nameOf, namespaceOf, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Describer } from './describer.ts';
import { annotationLines, labelLines, type Writer } from './writer.ts';

const selectorText = (selector: unknown): string => formatLabelSelector(obj(selector) as Parameters<typeof formatLabelSelector>[0]);

export const describeNetworkPolicy: Describer = {
  *page(w, object) {
    const spec = obj(object['spec']);
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    w.field('Created on', `${text(at(object, 'metadata.creationTimestamp')).replace('T', ' ').replace('Z', '')} +0000 UTC`);
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.write(0, 'Spec:\n');
    const selector = selectorText(spec['podSelector']);
    w.write(
      1,
      `PodSelector: ${selector === '' || selector === '<none>' ? '    <none> (Allowing the specific traffic to all pods in this namespace)' : `    ${selector}`}\n`,
    );
    const types = texts(spec['policyTypes']);
    direction(w, 'ingress', types.includes('Ingress'), objs(spec['ingress']));
    direction(w, 'egress', types.includes('Egress'), objs(spec['egress']));
    w.write(1, `Policy Types: ${types.join(', ')}\n`);
  },
  events: false,
};

function direction(w: Writer, word: 'ingress' | 'egress', on: boolean, rules: readonly Obj[]): void {
  if (!on) return w.write(1, `Not affecting ${word} traffic\n`);
  w.write(1, `Allowing ${word} traffic:\n`);
  if (rules.length === 0) return w.write(2, `<none> (Selected pods are isolated for ${word} connectivity)\n`);
  const [title, key] = word === 'ingress' ? ['From', 'from'] : ['To', 'to'];
  rules.forEach((rule, i) => {
    const ports = objs(rule['ports']);
    if (ports.length === 0) w.write(2, 'To Port: \u003cany> (traffic allowed to all ports)\n');
    for (const port of ports) {
      const range = port['endPort'] === undefined ? '' : `-${text(port['endPort'])}`;
      const number = port['port'] === undefined ? '\u003cnil>' : `${text(port['port'])}${range}`;
      w.write(2, `To Port${range === '' ? '' : ' Range'}: ${number}/${text(port['protocol'] ?? 'TCP')}\n`);
    }
    const peers = objs(rule[key]);
    if (peers.length === 0) w.write(2, `${title}: \u003cany> (traffic not restricted by ${word === 'ingress' ? 'source' : 'destination'})\n`);
    for (const peer of peers) policyPeer(w, title, peer);
    if (i < rules.length - 1) w.write(2, '----------\n');
  });
}

function policyPeer(w: Writer, title: string, peer: Obj): void {
  w.write(2, `${title}:\n`);
  const block = peer['ipBlock'];
  if (block !== undefined) {
    w.write(3, `IPBlock:\n        CIDR: ${text(at(block, 'cidr'))}\n        Except: ${texts(at(block, 'except')).join(', ')}\n`);
    return;
  }
  const shown = (selector: unknown): string => selectorText(selector) || '<none>';
  if (peer['namespaceSelector'] !== undefined) w.write(3, `NamespaceSelector: ${shown(peer['namespaceSelector'])}\n`);
  if (peer['podSelector'] !== undefined) w.write(3, `PodSelector: ${shown(peer['podSelector'])}\n`);
}
