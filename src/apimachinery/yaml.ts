/** YAML in and out, as kubectl reads and writes it. */

export { dumpOrderedYaml, dumpYaml } from './yaml-dump.ts';
export { eachYamlDocument, parseNewerYaml, parseYaml, parseYamlDocuments, withoutMark, YamlError, yamlText } from './yaml-parse.ts';
