/** YAML in and out, as kubectl reads and writes it. */

export { dumpYaml } from './yaml-dump.ts';
export { eachYamlDocument, parseYaml, parseYamlDocuments, withoutMark, YamlError } from './yaml-parse.ts';
