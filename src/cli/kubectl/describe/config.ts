/** Config maps, secrets, namespaces, accounts, roles, quotas: kubernetes kubectl/pkg/describe/describe.go. */
import { tryParseQuantity } from '../../../apimachinery/quantity.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, entriesOf, nameOf, namespaceOf, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Describer } from './describer.ts';
import { ruleRows } from './rules.ts';
import { annotationLines, labelLines, type Writer } from './writer.ts';

function head(w: Writer, object: Obj, withNamespace = true): void {
  w.field('Name', nameOf(object));
  if (withNamespace) w.field('Namespace', namespaceOf(object));
  labelLines(w, 'Labels', at(object, 'metadata.labels'));
  annotationLines(w, at(object, 'metadata.annotations'));
}

export const describeConfigMap: Describer = {
  *page(w, object) {
    head(w, object);
    w.write(0, '\nData\n====\n');
    for (const [key, value] of entriesOf(object['data'])) w.write(0, `${key}:\n----\n${value}\n\n`);
    w.write(0, '\nBinaryData\n====\n');
    for (const [key, value] of entriesOf(object['binaryData'])) w.write(0, `${key}: ${Buffer.from(value, 'base64').length} bytes\n`);
    w.write(0, '\n');
  },
  events: true,
};

export const describeSecret: Describer = {
  *page(w, object) {
    head(w, object);
    w.write(0, `\nType:\t${text(object['type'])}\n\nData\n====\n`);
    for (const [key, value] of entriesOf(object['data'])) {
      const decoded = Buffer.from(value, 'base64');
      if (key === 'token' && object['type'] === 'kubernetes.io/service-account-token') w.write(0, `${key}:\t${decoded.toString('utf8')}\n`);
      else w.write(0, `${key}:\t${decoded.length} bytes\n`);
    }
  },
  events: false,
};

export const describeServiceAccount: Describer = {
  *page(w, object) {
    head(w, object);
    const names = (key: string): string[] => objs(object[key]).map((each) => text(each['name']));
    const group = (title: string, all: readonly string[]): void => {
      w.write(0, `${title}:\t${all[0] ?? '<none>'}\n`);
      for (const name of all.slice(1)) w.write(0, `\t${name}\n`);
    };
    group('Image pull secrets', names('imagePullSecrets'));
  },
  events: true,
};

export const describeNamespace: Describer = {
  *page(w, object, { k }) {
    head(w, object, false);
    w.field('Status', at(object, 'status.phase'));
    const conditions = objs(at(object, 'status.conditions'));
    if (conditions.length > 0) {
      w.write(0, 'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n  ----\t------\t------------------\t------\t-------\n');
      for (const each of conditions)
        w.write(1, `${text(each['type'])}\t${text(each['status'])}\t${text(each['lastTransitionTime'])}\t${text(each['reason'])}\t${text(each['message'])}\n`);
    }
    const root = `/api/v1/namespaces/${nameOf(object)}`;
    const quotas = objs(at(yield* k.api.request({ method: 'GET', path: `${root}/resourcequotas` }), 'items'));
    w.write(0, quotas.length === 0 ? '\nNo resource quota.\n' : '\nResource Quotas\n');
    for (const quota of quotas) {
      w.field('Name', nameOf(quota), 1);
      scopeLines(w, quota, '  ', '* ');
      w.write(0, '  Resource\tUsed\tHard\n  --------\t---\t---\n');
      quotaRows(w, quota, '  ');
    }
    const limits = objs(at(yield* k.api.request({ method: 'GET', path: `${root}/limitranges` }), 'items'));
    w.write(0, limits.length === 0 ? '\nNo LimitRange resource.\n' : '\nResource Limits\n');
    if (limits.length === 0) return;
    w.write(0, ` ${limitHeader}\n ${limitRule}\n`);
    for (const range of limits) for (const row of limitRows(range)) w.write(0, ` ${row}\n`);
  },
  events: false,
};

const limitHeader = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio';
const limitRule = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------';

function limitRows(range: Obj): string[] {
  const kinds = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'];
  return objs(at(range, 'spec.limits')).flatMap((item) => {
    const names = [...new Set(['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].flatMap((kind) => Object.keys(obj(item[kind])).sort()))];
    return names.map((name) => `${text(item['type'])}\t${name}\t${kinds.map((kind) => text(obj(item[kind])[name]) || '-').join('\t')}`);
  });
}

export const describeLimitRange: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    w.write(0, `${limitHeader}\n${limitRule}\n`);
    for (const row of limitRows(object)) w.write(0, `${row}\n`);
  },
  events: false,
};

const scopeHelp: Readonly<Record<string, string>> = {
  Terminating: 'that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating: 'that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort: 'that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

function scopeLines(w: Writer, quota: Obj, indent: string, mark: string): void {
  const scopes = [...texts(at(quota, 'spec.scopes'))].sort();
  if (scopes.length > 0) w.write(0, `${indent}Scopes:\t${scopes.join(', ')}\n`);
  for (const scope of scopes) if (scopeHelp[scope]) w.write(0, `${indent}${mark}Matches all pods ${scopeHelp[scope]}\n`);
}

const quantityText = (amount: string): string => tryParseQuantity(amount)?.toString() ?? amount;

function quotaRows(w: Writer, quota: Obj, indent = ''): void {
  for (const [name, hard] of entriesOf(at(quota, 'status.hard')))
    w.write(0, `${indent}${name}\t${quantityText(text(obj(at(quota, 'status.used'))[name]) || '0')}\t${quantityText(hard)}\n`);
}

export const describeResourceQuota: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    scopeLines(w, object, '', ' * ');
    w.write(0, 'Resource\tUsed\tHard\n--------\t----\t----\n');
    quotaRows(w, object);
  },
  events: false,
};

export const describeRole: Describer = {
  *page(w, object) {
    head(w, object, false);
    w.write(0, 'PolicyRule:\n');
    w.write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n');
    w.write(1, '---------\t-----------------\t--------------\t-----\n');
    for (const row of ruleRows(objs(object['rules']))) w.write(1, `${row.join('\t')}\n`);
  },
  events: false,
};

export const describeRoleBinding: Describer = {
  *page(w, object): Routine {
    head(w, object, false);
    w.write(0, 'Role:\n');
    w.field('Kind', at(object, 'roleRef.kind'), 1);
    w.field('Name', at(object, 'roleRef.name'), 1);
    w.write(0, 'Subjects:\n');
    w.write(1, 'Kind\tName\tNamespace\n');
    w.write(1, '----\t----\t---------\n');
    for (const subject of objs(object['subjects'])) w.write(1, `${text(subject['kind'])}\t${text(subject['name'])}\t${text(subject['namespace'])}\n`);
  },
  events: false,
};
