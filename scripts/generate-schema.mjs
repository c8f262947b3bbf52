#!/usr/bin/env node
/**
 * Makes src/api/generated/: the types of the built-in kinds, for strict decoding, patches, server-side apply and `kubectl explain`.
 * Reads the packages @kubernetes/client-node (fields, types, texts) and kubernetes-types (texts of fields that refer to types, paragraphs,
 * quantities) as text, and schema-tables.mjs. What comes out derives from Kubernetes' API documentation (Apache-2.0).
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { protobufFields } from './protobuf-table.mjs';
import { atomicFields, atomicTypes, enums, listTypes, mergeKeys, newerFields, quantityFields } from './schema-tables.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const models = path.join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');
const typings = path.join(root, 'node_modules/kubernetes-types');
const out = path.join(root, 'src/api/generated');

/** The kinds that are served, by group and version; client-node's name of the type where it is not V + version + kind. */
const kinds = {
  v1: 'Binding ComponentStatus ConfigMap Endpoints Event=CoreV1Event LimitRange Namespace Node PersistentVolumeClaim PersistentVolume Pod PodTemplate ReplicationController ResourceQuota Secret ServiceAccount Service Status DeleteOptions',
  'admissionregistration.k8s.io/v1': 'MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'authentication.k8s.io/v1': 'SelfSubjectReview TokenReview TokenRequest=AuthenticationV1TokenRequest',
  'authorization.k8s.io/v1': 'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
  'autoscaling/v1': 'HorizontalPodAutoscaler Scale',
  'autoscaling/v2': 'HorizontalPodAutoscaler=V2HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'coordination.k8s.io/v1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event=EventsV1Event',
  'flowcontrol.apiserver.k8s.io/v1': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1': 'IngressClass Ingress IPAddress NetworkPolicy ServiceCIDR',
  'node.k8s.io/v1': 'RuntimeClass',
  'policy/v1': 'PodDisruptionBudget Eviction',
  'rbac.authorization.k8s.io/v1': 'ClusterRoleBinding ClusterRole RoleBinding Role',
  'resource.k8s.io/v1': 'DeviceClass ResourceClaim=ResourceV1ResourceClaim ResourceClaimTemplate ResourceSlice',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'storage.k8s.io/v1': 'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass',
};

const fingerprint = () => {
  const hash = createHash('sha256');
  for (const file of ['generate-schema.mjs', 'protobuf-table.mjs', 'schema-tables.mjs']) hash.update(fs.readFileSync(path.join(root, 'scripts', file)));
  for (const dir of [path.join(models, '../../..'), typings]) hash.update(fs.readFileSync(path.join(dir, 'package.json')));
  return hash.digest('hex').slice(0, 32);
};

/** The text of a comment as the generators of both packages wrote it. */
const unescaped = (text) =>
  text
    .replace(/\\(['"`\\])/g, '$1')
    .replace(/\*_\//g, '*/')
    .trim();
const flat = (text) => text.replace(/\s+/g, ' ').trim();

function readModel(name) {
  const file = path.join(models, `${name}.js`);
  if (!fs.existsSync(file)) return undefined;
  const attributes = /attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(fs.readFileSync(file, 'utf8'));
  const dts = fs.readFileSync(path.join(models, `${name}.d.ts`), 'utf8');
  const doc = /\/\*\*\n\* ([\s\S]*?)\n\*\/\nexport declare class/.exec(dts);
  const docs = {};
  const required = {};
  for (const [, text, field, optional] of dts.matchAll(/(?: {4}\/\*\*\n {4}\* ([\s\S]*?)\n {4}\*\/\n)?^ {4}'([^'\n]+)'(\?)?: /gm)) {
    docs[field] = text ? unescaped(text) : '';
    required[field] = !optional;
  }
  const fields = JSON.parse(attributes?.[1] ?? '[]').map(({ name: js, baseName, type, format }) => ({
    name: baseName,
    type,
    format,
    doc: docs[js] ?? docs[baseName] ?? '',
    required: required[js] ?? required[baseName] ?? false,
  }));
  return { doc: doc ? unescaped(doc[1]) : '', fields };
}

/** kubernetes-types: interface name → its text and its fields' texts and quantity marks, for the groups that are served. */
function readTypings() {
  const interfaces = {};
  const files = ['meta/v1', ...Object.keys(kinds).map((gv) => (gv === 'v1' ? 'core/v1' : gv.replace(/\..*\//, '/')))];
  for (const file of files) {
    const source = path.join(typings, `${file}.d.ts`);
    if (!fs.existsSync(source)) continue;
    const text = fs.readFileSync(source, 'utf8');
    for (const [, doc, name, body] of text.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export interface (\w+) \{\n([\s\S]*?)\n\}/g)) {
      const fields = {};
      for (const [, fieldDoc, field, rest] of body.matchAll(
        /(?: {4}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {4}"?([\w$-]+)"?\??: (\{\n[\s\S]*?\n {4}\};?|[^\n]*)$/gm,
      )) {
        fields[field] = { doc: comment(fieldDoc), quantity: /\bQuantity\b/.test(rest) };
      }
      interfaces[`${file}:${name}`] = { doc: comment(doc), fields };
    }
  }
  return interfaces;
}

const comment = (text) =>
  (text ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();

const displayName = (model) => model.replace(/^(\w*?)V\d+((alpha|beta)\d+)?/, '');

/** The same type in kubernetes-types: looked for in the groups one after another, the kind's own first. */
function typing(interfaces, model, groupVersion) {
  const name = displayName(model);
  const [, prefix] = /^([A-Z][a-z]+)V\d/.exec(model) ?? [];
  const own = groupVersion === 'v1' ? 'core/v1' : groupVersion.replace(/\..*\//, '/');
  const candidates = [...(prefix ? [`${prefix.toLowerCase()}/v1`] : []), own, 'core/v1', 'meta/v1'];
  for (const file of candidates) if (interfaces[`${file}:${name}`]) return interfaces[`${file}:${name}`];
  return undefined;
}

const scalars = {
  string: 's',
  boolean: 'b',
  Date: 'time',
  V1MicroTime: 'microtime',
  IntOrString: 'intstr',
  any: 'any',
  object: 'any',
};
const numbers = { int32: 'i32', int64: 'i64', double: 'f64' };

/** A reference to a type in short: `s`, `i32`, `[]V1Container`, `{}q`. */
function typeRef(type, format, quantity) {
  const array = /^Array<(.*)>$/.exec(type);
  if (array) return `[]${typeRef(array[1], format, quantity)}`;
  const map = /^(?:\{ \[key: string\]: (.*); \})$/.exec(type);
  if (map) return `{}${typeRef(map[1], format, quantity)}`;
  if (type === 'number') return numbers[format] ?? 'i64';
  if (type === 'string') return quantity ? 'q' : format === 'byte' ? 'bytes' : 's';
  return scalars[type] ?? type;
}

function mergedDoc(model, known) {
  if (known && (model === '' || flat(model) === flat(known))) return known;
  return model;
}

function enumDoc(values) {
  const lines = Object.entries(values).map(([value, text]) => ` - \`"${value}"\`${text ? ` ${text}` : ''}`);
  return `\n\nPossible enum values:\n${lines.join('\n')}`;
}

function generate() {
  const interfaces = readTypings();
  const types = {};
  const typeDocs = {};
  const fieldDocs = {};
  const kindTypes = {};
  const visit = (model, groupVersion) => {
    if (types[model]) return;
    const read = readModel(model);
    if (!read) throw new Error(`no type ${model}`);
    const known = typing(interfaces, model, groupVersion);
    types[model] = [];
    typeDocs[model] = mergedDoc(read.doc, known?.doc);
    for (const field of read.fields) {
      const id = `${model}.${field.name}`;
      if (newerFields.has(id)) continue;
      const hint = known?.fields[field.name];
      const ref = typeRef(field.type, field.format, (hint?.quantity ?? false) || quantityFields.has(id));
      const values = enums[id] ?? enums[`${id}[]`];
      const isConditions = field.name === 'conditions' && ref.startsWith('[]');
      const list = listTypes[id] ?? (isConditions ? 'map:type' : undefined);
      types[model].push([
        field.name,
        ref,
        field.required ? 1 : 0,
        mergeKeys[id] ?? 0,
        (list ?? 0) || (atomicTypes.has(ref) || atomicFields.has(id) ? 'atomic' : 0),
        values ? Object.keys(values) : 0,
      ]);
      fieldDocs[id] = mergedDoc(field.doc, hint?.doc ?? '') + (values ? enumDoc(values) : '');
      const inner = ref.replace(/^(\[\]|\{\})+/, '');
      if (/^[A-Z]/.test(inner)) visit(inner, groupVersion);
    }
  };
  for (const [groupVersion, names] of Object.entries(kinds)) {
    for (const entry of names.split(' ')) {
      const [kind, given] = entry.split('=');
      const version = groupVersion.split('/').pop().toUpperCase();
      const model = given ?? `${version}${kind}`;
      visit(model, groupVersion);
      kindTypes[`${groupVersion}/${kind}`] = model;
    }
  }
  return { schema: { kinds: kindTypes, types }, docs: pooled(types, typeDocs, fieldDocs), types };
}

/** Of each type, in the schema's order, its text and those of its fields. A text that was there before is its number, counted from 1; 0 is none. */
function pooled(types, typeDocs, fieldDocs) {
  const numbers = new Map([['', 0]]);
  const once = (text) => {
    const number = numbers.get(text);
    if (number === undefined) numbers.set(text, numbers.size);
    return number ?? text;
  };
  return Object.entries(types).map(([model, fields]) => [once(typeDocs[model]), ...fields.map(([name]) => once(fieldDocs[`${model}.${name}`]))]);
}

/** By type, of each field in the schema's order its number, `!` where a zero is kept; `2.5` is field 5 of an embedded struct that is field 2; 0 is none. */
function protobufNumbers(types) {
  const numbersOf = (key) => {
    const numbers = new Map();
    let no = 0;
    for (const word of (protobufFields[key] ?? '').split(' ')) {
      const [, name = '', mark, given] = /^([^!=]*)(!?)(?:=(\d+))?$/.exec(word) ?? [];
      no = given === undefined ? no + 1 : Number(given);
      if (!name.startsWith('*')) numbers.set(name, `${no}${mark}`);
      else for (const [inner, number] of numbersOf(name)) numbers.set(inner, `${no}.${number}`);
    }
    return numbers;
  };
  return Object.fromEntries(
    Object.entries(types).map(([id, fields]) => {
      const numbers = numbersOf(id);
      numbers.delete('');
      const wrong = [...numbers.keys()].filter((name) => !fields.some(([field]) => field === name));
      if (wrong.length > 0) throw new Error(`protobuf-table.mjs names ${id}.${wrong[0]}, which does not exist`);
      return [id, fields.map(([name]) => numbers.get(name) ?? 0).join(' ')];
    }),
  );
}

/** Tables must not name what is not there: a sign that a type was renamed. */
function checkTables(types) {
  const known = new Set(Object.entries(types).flatMap(([model, fields]) => [model, ...fields.map(([name]) => `${model}.${name}`)]));
  for (const id of [...Object.keys(mergeKeys), ...Object.keys(listTypes), ...Object.keys(enums)]) {
    if (!known.has(id.replace('[]', ''))) console.warn(`generate-schema: the tables name ${id}, which does not exist`);
  }
}

const mark = fingerprint();
const files = ['schema-text.ts', 'docs-text.ts', 'protobuf-text.ts'].map((name) => path.join(out, name));
const upToDate = files.every((file) => fs.existsSync(file) && fs.readFileSync(file, 'utf8').slice(0, 200).includes(mark));
if (!upToDate || process.argv.includes('--force')) {
  const { schema, docs, types } = generate();
  checkTables(types);
  fs.mkdirSync(out, { recursive: true });
  const module = (name, value) =>
    `// Generated by scripts/generate-schema.mjs, ${mark}\nexport const ${name} = (): string => ${JSON.stringify(JSON.stringify(value))};\n`;
  fs.writeFileSync(files[0], module('schemaText', schema));
  fs.writeFileSync(files[1], module('docsText', docs));
  fs.writeFileSync(files[2], module('protobufText', protobufNumbers(types)));
  console.log(`generate-schema: ${Object.keys(types).length} types, ${docs.flat().filter((text) => typeof text === 'string').length} texts`);
}
